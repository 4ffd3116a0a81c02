import { expect, test } from "@playwright/test";
import { colleague, newLead, signIn, unique } from "./support";

test("what a colleague does is seen without a reload", async ({ page }) => {
  const office = await colleague();
  await signIn(page);
  const family = unique();
  await page.goto(`/leads?q=${family}`);
  await expect(page.getByText("No lead matches")).toBeVisible();
  if (page.viewportSize()!.width > 900) await expect(page.getByText("Live", { exact: true })).toBeVisible();
  const lead = await newLead(office, family);
  const row = page.getByRole("row", { name: new RegExp(family) });
  await expect(row).toBeVisible();
  await expect(row).toContainText("Never");
  const call = {
    lead_id: lead.id,
    direction: "outbound",
    started_at: new Date().toISOString(),
    duration_seconds: 60,
  };
  expect((await office.post("/api/v1/calls", { data: { ...call, disposition: "connected" } })).status()).toBe(
    201,
  );
  await expect(row).toContainText("just now");
});

test("a second tab is live too, and stays so when the first is closed", async ({ page, context }) => {
  const office = await colleague();
  await signIn(page);
  const second = await context.newPage();
  const family = unique();
  await second.goto(`/leads?q=${family}`);
  await expect(second.getByText("No lead matches")).toBeVisible();
  const lead = await newLead(office, family);
  const row = second.getByRole("row", { name: new RegExp(family) });
  await expect(row).toBeVisible();
  await page.close();
  await expect(async () => {
    const stage = (await (await office.get(`/api/v1/leads/${lead.id}`)).json()) as { stage: string };
    const next = stage.stage === "quoted" ? "qualified" : "quoted";
    expect((await office.put(`/api/v1/leads/${lead.id}/stage`, { data: { stage: next } })).status()).toBe(
      200,
    );
    await expect(row).toContainText(new RegExp(next, "i"), { timeout: 2000 });
  }).toPass({ timeout: 20_000 });
});

test("a line that is down is said, what is shown stays, and it comes back by itself", async ({ page }) => {
  await signIn(page);
  await page.goto("/leads");
  await expect(page.getByRole("row").nth(3)).toBeVisible();
  await page.route("**/api/**", (route) => route.abort());
  await page.getByLabel("Search in leads").fill("somebody");
  await expect(page.getByText("This list cannot be shown just now")).toBeVisible({ timeout: 30_000 });
  await page.unroute("**/api/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("No lead matches")).toBeVisible();
});
