import { expect, test } from "@playwright/test";
import { fitsATelephone, OWNER, passwordOf, signIn, unique, violations } from "./support";

/** What services answer to whoever signed in long ago: a journey has no ten minutes to wait. */
const LONG_AGO = {
  status: 403,
  contentType: "application/problem+json",
  body: JSON.stringify({
    type: "urn:gardenos:confirmation-needed",
    title: "Confirm that it is you",
    status: 403,
    detail: "confirm first that it is you",
  }),
};

test("who signed in long ago confirms that it is they, and what they wanted is done", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const name = unique();
  await signIn(page);
  await page.goto("/settings/keys");
  let refused = 0;
  await page.route("**/api/v1/api-keys", async (route) => {
    if (route.request().method() !== "POST" || refused > 1) return route.continue();
    refused += 1;
    return route.fulfill(LONG_AGO);
  });

  await page.getByRole("button", { name: "Make a key" }).click();
  const making = page.getByRole("dialog", { name: "Make an API key" });
  await making.getByLabel("Name").fill(name);
  await making.getByRole("button", { name: "Make the key" }).click();
  const asking = page.getByRole("dialog", { name: "Confirm that it is you" });
  const password = asking.getByRole("textbox", { name: "Your password" });
  await expect(password).toBeFocused();
  expect(await violations(page), "confirming").toEqual([]);
  await fitsATelephone(page);

  await test.step("Escape leaves the question, and not what was entered before", async () => {
    await page.keyboard.press("Escape");
    await expect(asking).toBeHidden();
    await expect(making.getByRole("alert")).toHaveText("Confirm first that it is you.");
    await expect(making.getByLabel("Name")).toHaveValue(name);
  });

  await making.getByRole("button", { name: "Make the key" }).click();
  await password.fill("not the password");
  await page.keyboard.press("Enter");
  await expect(asking.getByText("This is not your password")).toBeVisible();
  await password.fill(passwordOf(OWNER));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Copy the key now" })).toBeVisible();
  await expect(asking).toBeHidden();
});
