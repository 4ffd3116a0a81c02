import { expect, type Page, test } from "@playwright/test";
import { AGENT, colleague, newLead, OWNER, signIn, unique, violations } from "./support";

test.setTimeout(120_000);

/** For people who look: both widths and schemes, where a folder is named. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.GARDENOS_PICTURES;
  if (!folder) return;
  for (const scheme of ["light", "dark"] as const)
    for (const width of [1280, 390]) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({ path: `${folder}/${name}-${scheme}-${width}.png` });
    }
  await page.setViewportSize({ width: 1280, height: 800 });
}

test("an agent claims what nobody has, and may change it then", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const office = await colleague(OWNER);
  const lead = await newLead(office, unique());
  await signIn(page, AGENT);
  await page.goto(`/leads/${lead.id}`);
  const note = page.getByRole("note").filter({ hasText: "Nobody has this lead yet" });
  await expect(note).toBeVisible();
  await expect(page.getByRole("button", { name: "Log call" })).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  await picture(page, "unclaimed");
  await note.getByRole("button", { name: "Claim" }).click();
  await expect(note).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Log call" })).toBeVisible();
  const now = await (await office.get(`/api/v1/leads/${lead.id}`)).json();
  expect(now.owner_id).not.toBeNull();
});

test("a lead is shared with a colleague, who sees it until that ends", async ({ page, browser }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const office = await colleague(OWNER);
  const lead = await newLead(office, unique());
  const { user } = await (
    await office.get("/api/v1/users/me")
  )
    .json()
    .then((me) => ({ user: me.user ?? me }));
  const given = await office.put(`/api/v1/leads/${lead.id}/owner`, { data: { owner_id: user.id } });
  expect(given.status()).toBe(200);

  const theirs = await browser.newPage();
  await signIn(theirs, AGENT);
  await theirs.goto(`/leads/${lead.id}`);
  await expect(theirs.getByRole("alert")).toBeVisible();

  await signIn(page);
  await page.goto(`/leads/${lead.id}`);
  await page.getByRole("button", { name: "More to do" }).click();
  await page.getByRole("menuitem", { name: "Share with…" }).click();
  const dialog = page.getByRole("dialog");
  const choice = dialog.getByLabel("Colleague");
  const name = await choice.locator("option", { hasText: /^Ana/ }).textContent();
  await choice.selectOption({ label: name! });
  await dialog.getByRole("button", { name: "Share", exact: true }).click();
  const shared = dialog.getByRole("list", { name: "Shared with" });
  await expect(shared).toContainText("Ana");
  expect(await violations(page)).toEqual([]);
  await picture(page, "shared");

  await theirs.reload();
  await expect(theirs.getByRole("heading", { level: 1 })).toContainText(lead.display_name);
  await expect(theirs.getByRole("button", { name: "Log call" })).toBeVisible();

  await shared.getByRole("button", { name: /^Stop sharing with Ana/ }).click();
  await expect(dialog.getByText("Shared with nobody yet.")).toBeVisible();
  await theirs.reload();
  await expect(theirs.getByRole("alert")).toBeVisible();
  await theirs.close();
});
