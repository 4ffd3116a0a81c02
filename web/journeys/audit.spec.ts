import { expect, test } from "@playwright/test";
import { fitsATelephone, signIn, violations } from "./support";

test.skip(({ viewport }) => (viewport?.width ?? 0) < 900, "a telephone has no keyboard");
test.setTimeout(120_000);

test("who opens a client stands in the audit trail, which is filtered down to it", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const { keyboard } = page;
  await signIn(page);
  await page.goto("/clients");
  // The row of the list stands in for the record until it is there.
  const record = page.waitForResponse(
    (answer) => answer.ok() && /\/api\/v1\/clients\/[0-9a-f-]{36}$/.test(answer.url()),
  );
  await page.locator("[data-row='0']").click();
  await record;
  await expect(page).toHaveURL(/\/clients\/[0-9a-f-]{36}/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const client = /[0-9a-f-]{36}/.exec(page.url())![0];

  await page.goto("/operations?view=audit");
  const lines = page.locator("[data-entry]");
  await expect(lines.first()).toBeVisible();
  const choose = async (filter: string, what: string) => {
    await page.getByRole("button", { name: filter, exact: true }).press("Enter");
    await page.getByRole("menuitemcheckbox", { name: what, exact: true }).press("Enter");
    await expect(page.getByRole("button", { name: `${filter}: ${what}` })).toBeVisible();
  };
  await test.step("filtered by what, by whom and where", async () => {
    await choose("What", "Looks");
    await choose("Who", "Olivia Hart");
    await choose("Service", "Clients");
    await expect(page).toHaveURL(/did=read/);
    const opened = lines.filter({ hasText: "Opened client" });
    await expect(opened.first()).toContainText("Olivia Hart · Clients");
    await expect(lines.filter({ hasNotText: "Olivia Hart · Clients" })).toHaveCount(0);
    expect(await violations(page), "the list").toEqual([]);
    await opened.first().press("Enter");
  });

  const pane = page.getByRole("region", { name: "What is open" });
  await test.step("an entry says who, how and by which rule", async () => {
    await expect(pane.getByRole("heading", { level: 2, name: "Opened client" })).toBeFocused();
    await expect(pane.getByText(client)).toBeVisible();
    await expect(pane.getByText("Records: read, the whole agency")).toBeVisible();
    await expect(pane.getByText("Chrome on Linux")).toBeVisible();
    expect(await violations(page), "an entry").toEqual([]);
  });

  await test.step("all about that client, and back to the list", async () => {
    await pane.getByRole("button", { name: /^All about this/ }).press("Enter");
    await expect(page).toHaveURL(/subject=[0-9a-f-]{36}/);
    await expect(lines.filter({ hasText: "Opened client" }).first()).toBeVisible();
    await keyboard.press("j");
    await expect(lines.first()).toBeFocused();
    await keyboard.press("Enter");
    await expect(pane.getByRole("heading", { level: 2 }).first()).toBeFocused();
    await keyboard.press("Escape");
    await expect(lines.first()).toBeFocused();
    await page.getByRole("button", { name: "Clear" }).press("Enter");
    await expect(page).toHaveURL(/operations\?view=audit$/);
    await lines.filter({ hasText: "Opened client" }).first().press("Enter");
    await expect(pane.getByRole("link", { name: "Back to the list" })).toBeHidden();
    await fitsATelephone(page);
    await pane.getByRole("link", { name: "Back to the list" }).click();
    await expect(lines.first()).toBeVisible();
  });
});
