import { expect, type Page, test } from "@playwright/test";
import { colleague, fitsATelephone, highlighted, newLead, signIn, unique, violations } from "./support";

test.setTimeout(180_000);

test("a campaign is planned, paid for, given a lead, compared and closed, by keyboard", async ({ page }) => {
  const wide = page.viewportSize()!.width > 900;
  const office = await colleague();
  const [family, name] = [unique(), `Campaign ${unique()}`];
  const lead = await newLead(office, family);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await signIn(page);
  const { keyboard } = page;

  await test.step("planned", async () => {
    await keyboard.press("Control+k");
    await keyboard.type("campaigns");
    await highlighted(page, /Campaigns/);
    await keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: "Campaigns" })).toBeVisible();
    await expect(page.getByRole("link", { name: "Referrals" })).toBeVisible();
    await clean(page, "the list");
    await keyboard.press("c");
    const dialog = page.getByRole("dialog", { name: "Plan a campaign" });
    await expect(dialog.getByLabel("Name")).toBeFocused();
    await keyboard.type(name);
    await keyboard.press("Tab");
    await keyboard.type("cards");
    await dialog.getByLabel("Budget").focus();
    await keyboard.type("1000");
    await dialog.getByLabel(/utm_campaign/).focus();
    await keyboard.type(family.toLowerCase());
    await clean(page, "a plan");
    await keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  });

  await test.step("a cost", async () => {
    await keyboard.press("c");
    const dialog = page.getByRole("dialog", { name: "Record a cost" });
    await expect(dialog.getByLabel("Amount, in USD")).toBeFocused();
    await keyboard.type("250");
    await keyboard.press("Enter");
    await expect(page.getByRole("row", { name: /Spent.*\$250\.00/ })).toBeVisible();
    await clean(page, "costs");
  });

  await test.step("a member", async () => {
    await keyboard.press("a");
    const dialog = page.getByRole("dialog", { name: `Put leads into ${name}` });
    await expect(dialog.getByLabel("Find leads")).toBeFocused();
    await keyboard.type(family);
    const put = dialog.getByRole("button", { name: `Put ${lead.display_name} in` });
    await expect(put).toBeVisible();
    await keyboard.press("Tab");
    await expect(put).toBeFocused();
    await keyboard.press("Enter");
    await expect(dialog.getByRole("button", { name: `${lead.display_name} is in it` })).toBeVisible();
    await keyboard.press("Escape");
    await page.getByText("Put into it", { exact: true }).click();
    await expect(page.getByRole("link", { name: lead.display_name })).toBeVisible();
    await clean(page, "leads");
  });

  await test.step("one comes by its link", async () => {
    const answer = await office.post("/api/v1/leads", {
      data: {
        name: { given: "Una", family: `${family}link` },
        utm: { campaign: family },
        source: "web",
      },
    });
    expect(answer.status()).toBe(201);
    await page.getByText("Came from it", { exact: true }).click();
    await expect(page.getByRole("link", { name: `Una ${family}link` })).toBeVisible();
    await page.getByRole("link", { name: `Una ${family}link` }).click();
    if (!wide) await page.getByRole("tab", { name: "Facts" }).click();
    await expect(page.getByRole("link", { name })).toBeVisible();
    await keyboard.press("h");
    await expect(page.getByText("Captured, for its campaign by its UTM")).toBeVisible();
    await page.goto("/leads/campaigns");
  });

  await test.step("compared", async () => {
    for (const each of [name, "Referrals"]) {
      await page.getByRole("checkbox", { name: `Compare ${each}` }).focus();
      await keyboard.press("Space");
    }
    await keyboard.press("m");
    const table = page.getByRole("table", { name: "Campaigns side by side" });
    await expect(table.getByRole("row", { name: /Cost of a lead/ })).toContainText("$250.00");
    await expect(page.getByRole("img", { name: new RegExp(`Leads: ${name} 1,`) })).toBeVisible();
    await clean(page, "compared");
    if (wide) await fitsATelephone(page);
    if (wide) await page.setViewportSize({ width: 1280, height: 800 });
    await table.getByRole("link", { name }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  });

  await test.step("closed", async () => {
    await keyboard.press("4");
    await expect(page.getByRole("table", { name: "Leads by how far they came" })).toBeVisible();
    await clean(page, "results");
    await keyboard.press("1");
    await expect(page.getByRole("heading", { level: 2, name: "Plan" })).toBeVisible();
    await clean(page, "overview");
    await keyboard.press("Shift+C");
    const dialog = page.getByRole("dialog", { name: `Close ${name}?` });
    await expect(dialog).toContainText("Nobody can be put into it any more");
    await expect(dialog.getByLabel("How it went")).toBeFocused();
    await clean(page, "closing");
    await keyboard.type("As planned");
    await keyboard.press("Control+Enter");
    await expect(dialog).toBeHidden();
    await expect(page.getByRole("button", { name: "Reopen" })).toBeVisible();
    await expect(page.getByText("As planned")).toBeVisible();
  });
});

/** Neither in light nor in dark does axe find anything. */
async function clean(page: Page, what: string): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect(await violations(page), `${what}, ${colorScheme}`).toEqual([]);
  }
}
