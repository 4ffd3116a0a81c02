import { expect, type Page, test } from "@playwright/test";
import { AGENT, colleague, fitsATelephone, OWNER, signIn, violations } from "./support";

// The provider of `e2e/test_browser.py`: it asks who one is, and believes it.
const { GARDENOS_OPENID: issuer } = process.env;
const SETTINGS = "/api/v1/sessions/single-sign-on/settings";

test.skip(({ viewport }) => (viewport?.width ?? 0) < 900, "a telephone has no keyboard");
test.setTimeout(120_000);

/** Says at the provider who one is. */
async function vouchedFor(page: Page, email: string): Promise<void> {
  await expect(page).toHaveTitle("The provider");
  await page.getByLabel("Who are you?").fill(email);
  await page.keyboard.press("Enter");
}

test.afterEach(async () => {
  const office = await colleague();
  await office.delete(SETTINGS);
  await office.dispose();
});

test("single sign-on is set up, tested, and signs people in", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const { keyboard } = page;
  const form = page.getByRole("form", { name: "Your provider" });
  await signIn(page);
  await page.goto("/settings/single-sign-on");

  await test.step("what everybody can have is refused where it is typed", async () => {
    await form.getByLabel("Issuer").fill(issuer!);
    await form.getByLabel("Client ID").fill("gardenos-client");
    await form.getByRole("textbox", { name: "Client secret" }).fill("the client's secret");
    await form.getByLabel("Domains").fill("gmail.com");
    await keyboard.press("Enter");
    await expect(form.getByLabel("Domains")).toHaveAttribute("aria-invalid", "true");
    await expect(form.getByText(/Gmail\.com is everybody.s/)).toBeVisible();
  });

  await test.step("saved, it has to be tested", async () => {
    await form.getByLabel("Domains").fill("maplegrove.example");
    await keyboard.press("Enter");
    await expect(page.getByText("Nobody signs in by it until a test has passed.")).toBeVisible();
    await expect(form.getByRole("textbox", { name: "Client secret" })).toHaveValue("");
    await expect(form.getByLabel("Require it")).toBeDisabled();
    await form.getByRole("button", { name: "Test it" }).press("Enter");
    await vouchedFor(page, OWNER);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Single sign-on works");
    await expect(page.getByText(OWNER)).toBeVisible();
    expect(await violations(page), "it works").toEqual([]);
    await page.getByRole("button", { name: "Back to the settings" }).press("Enter");
    await expect(form.getByText("Tested just now")).toBeVisible();
    await expect(form.getByLabel("Require it")).toBeEnabled();
    expect(await violations(page), "the settings").toEqual([]);
    await fitsATelephone(page);
  });

  const begin = async (email: string) => {
    await page.getByRole("button", { name: "Continue with single sign-on" }).press("Enter");
    await page.getByLabel("Work email").fill(email);
    await keyboard.press("Enter");
  };

  await test.step("somebody signs in by it, without a password", async () => {
    await page.getByRole("button", { name: /your account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await begin(AGENT);
    await vouchedFor(page, AGENT);
    await expect(page.getByRole("button", { name: "Ana Ruiz: your account" })).toBeVisible();
    await page.goto("/leads");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Leads");
  });

  await test.step("whom nobody knows here is told so, and what to do", async () => {
    await page.getByRole("button", { name: /your account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await begin("stranger@maplegrove.example");
    await vouchedFor(page, "stranger@maplegrove.example");
    await expect(page.getByRole("alert")).toContainText("ask an owner or admin to invite you", {
      ignoreCase: true,
    });
    expect(await violations(page), "nobody").toEqual([]);
    await page.getByRole("link", { name: "Back to signing in" }).press("Enter");
    await expect(page.getByLabel("Email")).toBeVisible();
  });
});
