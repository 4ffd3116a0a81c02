import { expect, type Page, test } from "@playwright/test";
import { createHmac } from "node:crypto";
import { colleague, unique, violations } from "./support";

const PASSWORD = "correct horse battery";

/** Somebody new in the demo agency: what happens to their account is nobody else's matter. */
async function newcomer(): Promise<string> {
  const office = await colleague();
  const email = `${unique().toLowerCase()}@maplegrove.example`;
  const answer = await office.post("/api/v1/users", {
    data: { name: "Nora Newcomer", email, password: PASSWORD, role: "agent" },
  });
  expect(answer.status()).toBe(201);
  await office.dispose();
  return email;
}

/** The first step in, by keyboard alone. */
async function password(page: Page, email: string): Promise<void> {
  await page.goto("/");
  await expect(page.getByLabel("Email")).toBeFocused();
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Nora Newcomer: your account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
}

/** What an authenticator app shows (RFC 6238), so many half minutes from now. */
function codeOf(secret: string, steps = 0): string {
  const bits = Array.from(secret, (letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  ).join("");
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest[19]! & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

test("a second factor is added, asked for, and lost without being locked out", async ({ page }) => {
  test.setTimeout(120_000);
  await page.emulateMedia({ reducedMotion: "reduce" });
  const email = await newcomer();
  await password(page, email);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Nora");
  await page.goto("/account");
  await expect(page.getByText("Signing in asks for your password alone.")).toBeVisible();
  expect(await violations(page), "the account").toEqual([]);

  await page.getByRole("button", { name: "Add an authenticator app" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Your password" }).fill("not the password");
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("This is not your password")).toBeVisible();
  await dialog.getByRole("textbox", { name: "Your password" }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("img", { name: "The QR code for your authenticator app" })).toBeVisible();
  await expect(dialog.getByLabel("Code", { exact: true })).toBeFocused();
  expect(await violations(page), "adding").toEqual([]);
  const secret = (await dialog.locator("code").innerText()).replaceAll(" ", "");
  // The step before, so that the present one is not used up yet.
  const first = codeOf(secret, -1);
  await page.keyboard.type(first);
  const codes = dialog.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(codes).toHaveCount(10);
  expect(await violations(page), "the recovery codes").toEqual([]);
  const [recovery] = await codes.allInnerTexts();
  await expect(dialog.getByRole("button", { name: "Done" })).toBeDisabled();
  await dialog.getByLabel("I have kept them").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("Signing in asks for a code of your app.")).toBeVisible();
  await expect(page.getByText("10 recovery codes are left.")).toBeVisible();

  await signOut(page);
  await password(page, email);
  await expect(page.getByLabel("Code", { exact: true })).toBeFocused();
  expect(await violations(page), "the second step").toEqual([]);
  // The one that confirmed it is good no more.
  await page.keyboard.type(first);
  await expect(page.getByText("This code is not right; take the one that your app shows now")).toBeVisible();
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Nora");

  await signOut(page);
  await password(page, email);
  await page.getByRole("button", { name: "I do not have my app at hand" }).click();
  await expect(page.getByLabel("Recovery code")).toBeFocused();
  await page.keyboard.type(recovery!);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Nora");
  await page.goto("/account");
  await expect(page.getByText("9 recovery codes are left.")).toBeVisible();
});

test("people see where they are signed in, and end it elsewhere", async ({ page, browser }) => {
  const email = await newcomer();
  await password(page, email);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Nora");
  const elsewhere = await (
    await browser.newContext({ userAgent: "Mozilla/5.0 (iPhone) Safari/604.1" })
  ).newPage();
  await password(elsewhere, email);
  await expect(elsewhere.getByRole("heading", { level: 1 })).toContainText("Nora");

  await page.goto("/account");
  await expect(page.getByText("This one")).toHaveCount(1);
  const end = page.getByRole("button", { name: /^End the session of Safari on iPhone/ });
  await end.click();
  await expect(end).toHaveCount(0);
  await elsewhere.reload();
  await expect(elsewhere.getByRole("heading", { level: 1 })).toHaveText("Sign in to GardenOS");
  await elsewhere.context().close();
});

test("a forgotten password is asked for, and a link that is not whole says so", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel("Email").fill("nobody@maplegrove.example");
  await page.getByRole("button", { name: "I forgot my password" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Set a new password");
  await expect(page.getByLabel("Email")).toHaveValue("nobody@maplegrove.example");
  expect(await violations(page), "forgotten").toEqual([]);
  await page.goto("/reset-password");
  await expect(page.getByRole("alert")).toHaveText("This link is not whole. Open it from the letter again.");
  expect(await violations(page), "a link that is not whole").toEqual([]);
});
