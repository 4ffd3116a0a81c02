import { expect, test } from "@playwright/test";
import { AUDITOR, colleague, newLead, OWNER, passwordOf, signIn, unique } from "./support";

test("a wrong password and an unknown person are refused in the same words", async ({ page }) => {
  const words: string[] = [];
  for (const email of [OWNER, "nobody@maplegrove.example"]) {
    await page.goto("/");
    await page.getByLabel("Email").fill(email);
    await page.getByRole("textbox", { name: "Password" }).fill("wrong password");
    await page.getByRole("button", { name: "Sign in" }).click();
    words.push(await page.getByRole("alert").innerText());
    await expect(page.getByLabel("Email")).toHaveValue(email);
  }
  expect(words[0]).toBe(words[1]);
});

test("whoever came for a page finds it after signing in, and a reload asks nobody to sign in again", async ({
  page,
}) => {
  await page.goto("/reports?by=team");
  await page.getByLabel("Email").fill(OWNER);
  await page.getByRole("textbox", { name: "Password" }).fill(passwordOf(OWNER));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/reports\?by=team/);
  await expect(page.getByRole("table").first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole("table").first()).toBeVisible();
  await page.getByRole("button", { name: /your account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to GardenOS" })).toBeVisible();
});

test("what the service refuses stands at its field, and nothing entered is lost", async ({ page }) => {
  await signIn(page);
  await page.goto("/leads?adding=true");
  const dialog = page.getByRole("dialog", { name: "Add a lead" });
  await dialog.getByLabel("Family name").fill("Nobody");
  await dialog.getByLabel("Phone").fill("123");
  await dialog.getByRole("button", { name: "Add lead" }).click();
  await expect(dialog.getByLabel("Phone")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("Family name")).toHaveValue("Nobody");
});

test("an auditor sees the agency and is offered nothing to change", async ({ page }) => {
  const lead = await newLead(await colleague(), unique());
  await signIn(page, AUDITOR);
  await page.goto("/leads");
  await expect(page.getByRole("row").nth(2)).toBeVisible();
  await expect(page.getByRole("button", { name: "Add lead" })).toHaveCount(0);
  await page.goto(`/leads/${lead.id}`);
  await expect(page.getByRole("heading", { level: 1, name: lead.display_name })).toBeVisible();
  await expect(page.getByRole("button", { name: /Log call|Convert/ })).toHaveCount(0);
});

test("an unknown lead and an unknown page say what they are", async ({ page }) => {
  await signIn(page);
  await page.goto("/leads/01a20d68-0000-7000-8000-000000000000");
  await expect(page.getByText("There is no such lead in this agency")).toBeVisible();
  await page.goto("/nowhere");
  await expect(page.getByText("There is no page at this address")).toBeVisible();
});
