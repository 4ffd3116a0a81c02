import { expect, test } from "@playwright/test";
import { fitsATelephone, newLead, ownAgency, unique, violations } from "./support";

test.setTimeout(120_000);

test("somebody of two agencies goes from one to the other, and nothing of the first stays", async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const first = await ownAgency(page);
  const second = await ownAgency();
  const [here, there] = [unique(), unique()];
  await newLead(first.office, here);
  await newLead(second.office, there);
  const invited = await second.office.post("/api/v1/invitations", {
    data: { email: first.email, role: "manager" },
  });
  expect(invited.status()).toBe(201);
  const { link } = (await invited.json()) as { link: string };
  const token = new URL(link).hash.slice(1);
  expect((await first.office.post("/api/v1/invitations/join", { data: { token } })).status()).toBe(201);

  await page.goto("/leads");
  await expect(page.getByText(new RegExp(here))).toBeVisible();
  await expect(page.getByText(new RegExp(there))).toHaveCount(0);

  await test.step("the account's menu tells what else there is", async () => {
    await page.reload();
    await page.getByRole("button", { name: /: your account$/ }).press("Enter");
    const other = page.getByRole("menuitem", { name: new RegExp(`^${second.name} · Manager$`) });
    await expect(other).toBeVisible();
    expect(await violations(page), "the menu").toEqual([]);
    await other.press("Enter");
  });

  await test.step("there it is another agency, and its leads alone", async () => {
    await expect(page).toHaveURL(/\/$/);
    await page.getByRole("button", { name: /: your account$/ }).press("Enter");
    await expect(page.getByText(`Manager · ${second.name}`)).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByText(new RegExp(`${here}|${first.name}`))).toHaveCount(0);
    // Within the same page, so that whatever is still kept of the first would be shown.
    await page.getByRole("link", { name: "Leads", exact: true }).first().click();
    await expect(page.getByText(new RegExp(there))).toBeVisible();
    await expect(page.getByText(new RegExp(here))).toHaveCount(0);
    expect(await page.content()).not.toContain(here);
    expect(await violations(page), "in the other").toEqual([]);
  });

  await test.step("going back does not bring the first one's leads", async () => {
    await page.goBack();
    await page.goBack();
    await expect(page.getByRole("button", { name: /: your account$/ })).toBeVisible();
    await expect(page.getByText(new RegExp(here))).toHaveCount(0);
    await page.reload();
    await expect(page.getByRole("button", { name: /: your account$/ })).toBeVisible();
    await expect(page.getByText(new RegExp(`${here}|${first.name}`))).toHaveCount(0);
    await fitsATelephone(page);
  });
  await first.office.dispose();
  await second.office.dispose();
});
