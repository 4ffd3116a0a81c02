import { expect, test } from "@playwright/test";
import { colleague, newLead, signIn, unique } from "./support";

test("leads are chosen by keyboard, tagged, and one that was changed since is told when it is undone", async ({
  page,
}) => {
  test.skip(page.viewportSize()!.width < 900, "a telephone has no keyboard");
  const office = await colleague();
  const family = unique();
  const leads = [await newLead(office, family), await newLead(office, family), await newLead(office, family)];
  await signIn(page);
  const { keyboard } = page;
  const bar = page.getByRole("region", { name: "Bulk actions", exact: true });
  const work = page.getByRole("region", { name: "Bulk action at work" });

  await test.step("one is shown beside the list, and the next", async () => {
    await page.goto(`/leads?q=${family}`);
    await expect(page.locator('[data-row="2"]')).toBeVisible();
    await page.locator('[data-row="0"]').focus();
    await keyboard.press("Enter");
    const beside = page.getByRole("complementary", { name: new RegExp(`Lead .*${family}`) });
    await expect(beside.getByRole("heading", { level: 2, name: new RegExp(family) }).first()).toBeVisible();
    await expect(page).toHaveURL(/peek=/);
    await keyboard.press("j");
    await expect(page.locator('[data-row="1"]')).toHaveAttribute("aria-current", "true");
    await keyboard.press("Escape");
    await expect(beside).toBeHidden();
    await expect(page.locator('[data-row="1"]')).toBeFocused();
  });

  await test.step("three are moved", async () => {
    await keyboard.press("k");
    await keyboard.press("x");
    await keyboard.press("Shift+ArrowDown");
    await keyboard.press("Shift+ArrowDown");
    await expect(bar).toContainText("3 chosen");
    await keyboard.press("s");
    const dialog = page.getByRole("dialog", { name: "Move 3 leads" });
    await dialog.getByRole("radio", { name: "Quoted" }).check();
    await dialog.getByRole("button", { name: "Move" }).click();
    await expect(work).toContainText("Done: 3 done");
    await expect(page.getByRole("row", { name: /Quoted/ })).toHaveCount(3);
  });

  await test.step("somebody changes one, and two go back", async () => {
    const answer = await office.put(`/api/v1/leads/${leads[0]!.id}/stage`, { data: { stage: "qualified" } });
    expect(answer.status()).toBe(200);
    await work.getByRole("button", { name: "Undo" }).click();
    await expect(work).toContainText("2 done, 1 changed since");
    await work.getByRole("link", { name: "Details" }).click();
    await expect(page.getByText(/Stage is now Qualified/i)).toBeVisible();
    await page.getByRole("button", { name: "Set back all the same" }).click();
    await expect(page.getByRole("button", { name: /Done\s*1/ })).toBeVisible();
  });

  await test.step("it stands in the log", async () => {
    await page.goto("/leads/bulk");
    const log = page.getByRole("list", { name: "Bulk actions, the latest first" });
    await expect(log.getByRole("link", { name: "Move to quoted" }).first()).toBeVisible();
  });
});
