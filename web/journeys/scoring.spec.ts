import { expect, test } from "@playwright/test";
import { colleague, newLead, OWNER, signIn, unique } from "./support";

test("what counts for a score is changed, and a lead's page says what it came to and why", async ({
  page,
}) => {
  const family = unique();
  const lead = await newLead(await colleague(), family);
  const narrow = (page.viewportSize()?.width ?? 0) < 700;
  const chip = page.getByText(/^Score \d/).first();
  const known = page.getByRole("textbox", { name: "Points for An email address is known" });
  const save = page.getByRole("button", { name: "Save", exact: true });

  await signIn(page, OWNER);
  await page.goto(`/leads/${lead.id}`);
  // The ai service hears of the lead, counts, and tells the leads service: the page shows it as it comes.
  await expect(chip).toBeVisible({ timeout: 30_000 });
  const before = Number(/\d+/.exec((await chip.textContent())!)![0]);

  await page.goto("/leads/scoring");
  await known.fill("15");
  await page.getByRole("button", { name: "Try these points" }).click();
  await expect(page.getByText(/leads would have another score/)).toBeVisible();
  await save.click();
  await expect(page.getByText(/^All \d+ leads are scored by these rules\.$/)).toBeVisible({
    timeout: 60_000,
  });

  await page.goto(`/leads/${lead.id}`);
  await expect(chip).toHaveText(new RegExp(`^Score ${before + 10}\\b`), { timeout: 30_000 });
  if (narrow) await page.getByRole("tab", { name: "Facts" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "An email address is known" })).toContainText(
    "+15",
  );

  await page.goto("/leads/scoring");
  await page.getByRole("button", { name: "Reset to defaults" }).click();
  await expect(known).toHaveValue("5");
  await save.click();
  await expect(save).toBeDisabled();
});
