import { type APIRequestContext, expect, type Page, test } from "@playwright/test";
import { AGENT, colleague, newLead, openFromList, signIn, unique, violations } from "./support";

const FORGOTTEN = "Forgotten person";

test.setTimeout(120_000);

test("an owner forgets a lead for good: the name is typed, the page and the list tell of nobody", async ({
  page,
}) => {
  const family = unique();
  const lead = await newLead(await colleague(), family);
  await signIn(page);
  // The list has them before, and is what one comes back to.
  await page.goto(`/leads?q=${family}`);
  await openFromList(page, family);
  await expect(page.getByRole("heading", { level: 1, name: lead.display_name })).toBeVisible();
  await historyShows(page, family, true);

  await test.step("not without the name", async () => {
    const dialog = await openForgetting(page);
    await expect(dialog).toContainText("This cannot be undone.");
    const forget = dialog.getByRole("button", { name: "Forget for good" });
    await expect(forget).toBeDisabled();
    await dialog.getByRole("textbox").fill("Somebody Else");
    await expect(forget).toBeDisabled();
    expect(await violations(page), "forget").toEqual([]);
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(page.getByRole("heading", { level: 1, name: lead.display_name })).toBeVisible();
  });

  await forget(page, lead.display_name);

  await test.step("the page says so and holds nothing of them, nor does its history", async () => {
    await expectForgotten(page, family);
    await expect(page.getByRole("button", { name: /Log call|Convert/ })).toHaveCount(0);
    await page.getByRole("button", { name: "More to do" }).click();
    await expect(page.getByRole("menuitem", { name: "History" })).toBeVisible();
    await expect(page.getByRole("menuitem", { name: /Forget/ })).toHaveCount(0);
    await page.keyboard.press("Escape");
    await historyShows(page, family, false);
    expect(await violations(page), "a lead that was forgotten").toEqual([]);
  });

  await test.step("the list finds nobody of that name, and keeps the row without one", async () => {
    await page.goBack();
    await expect(page.getByText("No lead matches")).toBeVisible();
    await page.goto("/leads");
    await expect(page.getByRole("row", { name: new RegExp(FORGOTTEN) }).first()).toBeVisible();
  });
});

test("an owner forgets a client, and the lead they were goes with them", async ({ page }) => {
  const office = await colleague();
  const family = unique();
  const lead = await newLead(office, family);
  const client = await converted(office, lead.id);
  await signIn(page);
  await page.goto(`/clients?q=${family}`);
  await page.getByRole("row", { name: new RegExp(family) }).click();
  await expect(page).toHaveURL(new RegExp(client));
  await expect(page.getByRole("heading", { level: 1, name: lead.display_name })).toBeVisible();
  await historyShows(page, family, true);

  await forget(page, lead.display_name);

  await expectForgotten(page, family);
  await historyShows(page, family, false);
  await page.goBack();
  await expect(page.getByText("No client matches")).toBeVisible();
  await expect(async () => {
    await page.goto(`/leads/${lead.id}`);
    await expectForgotten(page, family, 2000);
  }).toPass({ timeout: 20_000 });
});

test("an agent is not offered to forget anybody, not even a lead of their own", async ({ page }) => {
  const lead = await newLead(await colleague(AGENT), unique());
  await signIn(page, AGENT);
  await page.goto(`/leads/${lead.id}`);
  await expect(page.getByRole("button", { name: "Log call" }).first()).toBeVisible();
  await page.getByRole("button", { name: "More to do" }).click();
  await expect(page.getByRole("menuitem", { name: "Edit" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: /Forget/ })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("option", { name: /^Log a call/ })).toBeVisible();
  await expect(page.getByRole("option", { name: /Forget/ })).toHaveCount(0);
  const office = await colleague(AGENT);
  expect((await office.post(`/api/v1/leads/${lead.id}/forget`)).status()).toBe(403);
});

async function openForgetting(page: Page) {
  await page.getByRole("button", { name: "More to do" }).click();
  await page.getByRole("menuitem", { name: "Forget this person…" }).click();
  const dialog = page.getByRole("dialog", { name: "Forget this person" });
  await expect(dialog.getByRole("textbox")).toBeFocused();
  return dialog;
}

async function forget(page: Page, name: string): Promise<void> {
  const dialog = await openForgetting(page);
  await dialog.getByRole("textbox", { name: `Type “${name}” to go on` }).fill(name);
  await dialog.getByRole("button", { name: "Forget for good" }).click();
  await expect(dialog).toBeHidden();
}

async function expectForgotten(page: Page, family: string, timeout?: number): Promise<void> {
  await expect(page.getByText(/^This person was forgotten on/)).toBeVisible({ timeout });
  await expect(page.getByRole("heading", { level: 1, name: FORGOTTEN })).toBeVisible();
  await expect(page.getByText(family)).toHaveCount(0);
}

/** Looks into the record's history for a name, and closes it again. */
async function historyShows(page: Page, family: string, there: boolean): Promise<void> {
  await page.getByRole("button", { name: "More to do" }).click();
  await page.getByRole("menuitem", { name: "History" }).click();
  const drawer = page.getByRole("dialog", { name: "History" });
  await expect(drawer.getByRole("heading", { name: /Captured|Onboarded/ })).toBeVisible();
  if (there) {
    await expect(drawer.getByText(new RegExp(family)).first()).toBeVisible();
    expect(await violations(page), "history").toEqual([]);
  } else {
    await expect(drawer.getByRole("heading", { name: "Forgotten" })).toBeVisible();
    await expect(drawer.getByText(new RegExp(family))).toHaveCount(0);
  }
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
}

/** The client that a lead becomes, once they are there. */
async function converted(office: APIRequestContext, leadId: string): Promise<string> {
  const answer = await office.post(`/api/v1/leads/${leadId}/conversion`);
  expect(answer.status()).toBe(201);
  const { client_id: id } = (await answer.json()) as { client_id: string };
  await expect(async () => {
    expect((await office.get(`/api/v1/clients/${id}`)).status()).toBe(200);
  }).toPass({ timeout: 20_000 });
  return id;
}
