import { expect, test } from "@playwright/test";
import { colleague, newLead, signIn, unique, violations } from "./support";

const DAY = 86_400_000;

test("who renewed with their carrier is lost until before the next renewal, and back on Today when brought back", async ({
  page,
}) => {
  const office = await colleague();
  const family = unique();
  const { id } = await newLead(office, family);
  const { user } = (await (await office.get("/api/v1/users/me")).json()) as { user: { id: string } };
  const me = user.id;
  const mine = await office.put(`/api/v1/leads/${id}/owner`, { data: { owner_id: me } });
  expect(mine.status()).toBe(200);
  // It expires soon: the day to begin is past, and the lead comes back before the next renewal.
  const soon = new Date(Date.now() + 20 * DAY).toISOString().slice(0, 10);
  const said = await office.put(`/api/v1/leads/${id}/x-dates/auto`, {
    data: { x_date: soon, carrier: "Geico" },
  });
  expect(said.status()).toBe(204);
  await signIn(page);

  await test.step("lost, and when it is worked again, is said at once", async () => {
    await page.goto(`/leads/${id}`);
    await page.getByRole("button", { name: "stage" }).click();
    await page.getByRole("menuitemradio", { name: "Lost" }).click();
    const dialog = page.getByRole("dialog", { name: "Why is this lead lost?" });
    await dialog.getByRole("textbox").fill("Renewed with her carrier");
    await dialog.getByLabel("Work this lead again before the next X-date").check();
    await expect(dialog.getByRole("status")).toContainText("before the next renewal");
    await dialog.getByLabel("Days before").fill("30");
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Lose until then" }).click();
    const note = page.getByRole("note").filter({ hasText: "Comes back" });
    await expect(note).toContainText("30 days before the X-date of auto: Renewed with her carrier");
  });

  await test.step("it is in no list but that of those who come back, and found by its name", async () => {
    await page.goto(`/leads?owner=${me}`);
    await page.getByRole("button", { name: /comes? back later/ }).click();
    const row = page.getByRole("row", { name: new RegExp(family) });
    await expect(row).toContainText("back ");
    expect(await violations(page)).toEqual([]);
    await page.goto(`/leads?q=${family}`);
    await expect(row).toBeVisible();
    const left = await office.get(`/api/v1/leads?owner_id=${me}&sort=-captured_at`);
    expect(await left.text()).not.toContain(id);
  });

  await test.step("another day is chosen", async () => {
    await page.goto(`/leads/${id}`);
    await page.getByRole("button", { name: "Change…" }).click();
    const dialog = page.getByRole("dialog", { name: /come back\?/ });
    await dialog.getByText("On a day").click();
    const on = new Date(Date.now() + 100 * DAY).toISOString().slice(0, 10);
    await dialog.getByLabel(/Comes back on/).fill(on);
    await dialog.getByLabel("Comes back in").selectOption("Contacted");
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Recycle" }).click();
    await expect(dialog).toBeHidden();
    const now = (await (await office.get(`/api/v1/leads/${id}`)).json()) as { comes_back_on: string };
    expect(now.comes_back_on).toBe(on);
  });

  await test.step("brought back, it is where it was to be, and on Today", async () => {
    await page.getByRole("button", { name: "Bring back now" }).click();
    await expect(page.getByRole("note").filter({ hasText: "Comes back" })).toBeHidden();
    await expect(page.getByText("Contacted", { exact: true }).first()).toBeVisible();
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "Came back" })).toBeVisible();
    await expect(page.getByRole("link", { name: new RegExp(`${family}.*Came back`) })).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });
});
