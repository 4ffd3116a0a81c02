import { expect, test } from "@playwright/test";
import { colleague, highlighted, newLead, OWNER, passwordOf, unique } from "./support";

test.skip(({ viewport }) => (viewport?.width ?? 0) < 900, "a telephone has no keyboard");

test("a day's work without a mouse", async ({ page }) => {
  const family = unique();
  const office = await colleague();
  await newLead(office, family);
  const { keyboard } = page;

  await page.goto("/");
  await page.getByLabel("Email").focus();
  await keyboard.type(OWNER);
  await keyboard.press("Tab");
  await keyboard.type(passwordOf(OWNER));
  await keyboard.press("Enter");
  await expect(page.getByRole("navigation", { name: "Places", exact: true })).toBeVisible();

  await keyboard.press("g");
  await keyboard.press("l");
  await expect(page).toHaveURL(/\/leads$/);
  await expect(page.getByRole("row").nth(3)).toBeVisible();
  await keyboard.press("j");
  await expect(page.locator('[data-row="1"]')).toBeFocused();
  await keyboard.press("j");
  await keyboard.press("k");
  await expect(page.locator('[data-row="1"]')).toBeFocused();
  await keyboard.press("End");
  await expect(page.locator('[role="row"]:focus')).toBeInViewport();

  await keyboard.press("Control+k");
  await keyboard.type(family);
  await highlighted(page, new RegExp(`^(?!Search all).*${family}`));
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: new RegExp(family) })).toBeVisible();

  await keyboard.press("l");
  const dialog = page.getByRole("dialog", { name: "Log a call" });
  await expect(dialog).toBeVisible();
  await dialog.getByRole("radio", { name: "Voicemail" }).focus();
  await keyboard.press("Space");
  await keyboard.press("Control+Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/voicemail/i).first()).toBeVisible();

  await keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard" });
  await expect(sheet.getByText("Log a call")).toBeVisible();
  await keyboard.press("Escape");
  await expect(sheet).toBeHidden();

  await keyboard.press("g");
  await keyboard.press("r");
  await expect(page).toHaveURL(/\/reports/);
});

test("Back finds the row that was left", async ({ page }) => {
  const { keyboard } = page;
  await page.goto("/leads");
  await page.getByLabel("Email").fill(OWNER);
  await page.getByRole("textbox", { name: "Password" }).fill(passwordOf(OWNER));
  await keyboard.press("Enter");
  await expect(page.getByRole("row").nth(5)).toBeVisible();
  for (let row = 0; row < 4; row += 1) await keyboard.press("j");
  const left = page.locator('[data-row="4"]');
  await expect(left).toBeFocused();
  const name = (await left.innerText()).split("\n")[1]!;
  await keyboard.press("o");
  await expect(page).toHaveURL(/\/leads\/[0-9a-f-]{36}/);
  await page.goBack();
  await expect(page.locator('[role="row"]:focus')).toContainText(name);
});
