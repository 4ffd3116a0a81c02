import { expect, type Page, test } from "@playwright/test";
import { signIn, violations } from "./support";

const ROUTES = [
  "/",
  "/leads",
  "/leads/import",
  "/leads/campaigns",
  "/leads/campaigns?planning=true",
  "/clients",
  "/conversations",
  "/tasks",
  "/search?q=roof",
  "/reports",
  "/account",
];

test.setTimeout(180_000);

for (const scheme of ["light", "dark"] as const) {
  test(`every page is clean to axe, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.goto("/");
    await expect(page.getByLabel("Email")).toBeVisible();
    expect(await violations(page), "sign in").toEqual([]);
    await signIn(page);
    for (const route of ROUTES) {
      await page.goto(route);
      await settled(page);
      expect(await violations(page), route).toEqual([]);
    }
    for (const list of ["/leads", "/clients"]) {
      await page.goto(list);
      await page.locator("[data-row='0']").click();
      await expect(page).toHaveURL(/[0-9a-f-]{36}/);
      await settled(page);
      expect(await violations(page), `${list}/…`).toEqual([]);
    }
  });
}

test("what lies above a page is clean too", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await signIn(page);
  await page.goto("/leads?adding=true");
  await expect(page.getByRole("dialog")).toBeVisible();
  expect(await violations(page), "add a lead").toEqual([]);
  await page.goto("/leads");
  await settled(page);
  await page.getByRole("button", { name: "Stage", exact: true }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  expect(await violations(page), "a filter").toEqual([]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("option").first()).toBeVisible();
  expect(await violations(page), "the palette").toEqual([]);
});

test("nothing is cut off at 320 pixels", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await signIn(page);
  for (const route of ROUTES) {
    await page.goto(route);
    await settled(page);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wider, route).toBeLessThanOrEqual(0);
  }
});

/** Until nothing on the page says that it is loading. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("status", { name: /^Loading/ })).toHaveCount(0);
}
