import { expect, test } from "@playwright/test";
import type { Agency } from "../src/api/schema";
import { colleague, signIn, violations } from "./support";

/** The smallest picture there is. */
const LOGO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

let before: Agency | undefined;

/** By these hours and in this zone every other journey counts. */
test.afterEach(async () => {
  if (!before) return;
  const { id, name, time_zone, currency, business_hours, quiet_hours, accent } = before;
  const office = await colleague();
  const put = await office.patch(`/api/v1/agencies/${id}`, {
    data: { name, time_zone, currency, business_hours, quiet_hours, accent },
  });
  expect(put.status()).toBe(200);
  expect((await office.delete(`/api/v1/agencies/${id}/logo`)).status()).toBe(200);
  await office.dispose();
});

test.setTimeout(120_000);

test("what the agency settles holds, and what cannot be says what to do", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const { keyboard } = page;
  const signedIn = page.waitForResponse(/\/api\/v1\/sessions$/);
  await signIn(page);
  before = ((await (await signedIn).json()) as { agency: Agency }).agency;
  await page.goto("/settings/agency");
  const settings = page.getByRole("group", { name: "The agency's settings" });
  const save = page.getByRole("button", { name: "Save the settings" });
  await expect(settings.getByLabel("Name", { exact: true })).toHaveValue(before.name);
  await expect(save).toBeDisabled();

  await test.step("what cannot be is said where it is", async () => {
    const currency = settings.getByLabel("Currency");
    await currency.fill("U$D");
    await settings.getByLabel("Monday: closes").fill("08:00");
    await save.press("Enter");
    // The browser itself says it, at the field.
    await expect(currency).toBeFocused();
    expect(await currency.evaluate((box: HTMLInputElement) => box.matches(":invalid"))).toBe(true);
    await currency.fill("cad");
    await save.press("Enter");
    await expect(
      settings.getByText("Closing comes after opening; what goes over midnight is two days' hours"),
    ).toBeVisible();
    await expect(page.getByRole("alert")).toHaveCount(1);
    expect(await violations(page), "refused").toEqual([]);
  });

  await test.step("what can be is saved", async () => {
    await settings.getByLabel("Monday: closes").fill("16:30");
    await settings.getByRole("button", { name: "Saturday: add hours" }).press("Enter");
    await settings.getByLabel("Time zone").selectOption("America/Denver");
    await settings.getByRole("radio", { name: "Plum" }).press("Space");
    await settings.getByLabel("Quiet from").fill("20:00");
    await save.press("Enter");
    await expect(page.getByText("The agency's settings are saved")).toBeVisible();
    await expect(save).toBeDisabled();
  });

  await test.step("a logo is a picture, and is shown at once", async () => {
    const box = settings.getByLabel("Choose a logo");
    await box.setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
    await expect(settings.getByText("This is no PNG; send the picture itself")).toBeVisible();
    await box.setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: LOGO });
    await expect(settings.getByRole("img", { name: "The agency's logo" })).toBeVisible();
    await expect(settings.getByText("This is no PNG; send the picture itself")).toBeHidden();
  });

  await test.step("and holds", async () => {
    await page.reload();
    await expect(settings.getByLabel("Currency")).toHaveValue("CAD");
    await expect(settings.getByLabel("Time zone")).toHaveValue("America/Denver");
    await expect(settings.getByLabel("Monday: closes")).toHaveValue("16:30");
    await expect(settings.getByLabel("Saturday: opens")).toHaveValue("09:00");
    await expect(settings.getByLabel("Quiet from")).toHaveValue("20:00");
    await expect(settings.getByRole("radio", { name: "Plum" })).toBeChecked();
    await expect(settings.getByRole("img", { name: "The agency's logo" })).toBeVisible();
    expect(await violations(page), "in plum").toEqual([]);
  });

  await test.step("by the agency's zone times are shown, and its colour and logo are everywhere", async () => {
    await page.goto("/operations?view=audit&did=change&service=identity");
    await page.locator("[data-entry]").first().press("Enter");
    const pane = page.getByRole("region", { name: "What is open" });
    const [, hour] = /, (\d+):\d\d/.exec(
      await pane
        .getByText(/\d{4}, \d+:\d\d [AP]M/)
        .first()
        .innerText(),
    )!;
    const denver = new Intl.DateTimeFormat("en-US", { timeZone: "America/Denver", hour: "numeric" });
    const around = [Date.now() - 600_000, Date.now()].map((at) => denver.format(at).split(" ")[0]);
    expect(around).toContain(hour);
    expect(await violations(page), "an entry in plum").toEqual([]);
    await keyboard.press("Escape");
  });
});
