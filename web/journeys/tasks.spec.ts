import { expect, test } from "@playwright/test";
import { colleague, newLead, OWNER, signIn, unique } from "./support";

test.skip(({ viewport }) => (viewport?.width ?? 0) < 900, "a telephone has no keyboard");

test("what is next with a lead is planned, put off and done by the keyboard alone", async ({ page }) => {
  const family = unique();
  const lead = await newLead(await colleague(), family);
  const { keyboard } = page;
  await signIn(page, OWNER);
  await page.goto(`/leads/${lead.id}`);
  await expect(page.getByRole("heading", { level: 1, name: new RegExp(family) })).toBeVisible();

  await expect(page.getByRole("button", { name: "Plan a task" })).toBeVisible();
  await keyboard.press("t");
  await expect(page.getByLabel("What is to be done")).toBeFocused();
  await keyboard.type(`Call ${family} back`);
  // Past the title stand the days that are chosen most: the first is today.
  await keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Today", exact: true })).toBeFocused();
  await keyboard.press("Space");
  await page.getByLabel("What is to be done").focus();
  await keyboard.press("Enter");
  const task = page
    .getByRole("region", { name: "Tasks" })
    .getByRole("listitem")
    .filter({ hasText: `Call ${family} back` });
  await expect(task).toContainText("Today");

  // The list of leads knows of it, once the leads service has heard.
  const planned = JSON.stringify({ all: [{ field: "next_task_on", op: "on", value: "today" }] });
  const office = await colleague();
  await expect
    .poll(async () => {
      const found = await office.get("/api/v1/leads", { params: { filter: planned, q: family } });
      return ((await found.json()) as { items: unknown[] }).items.length;
    })
    .toBe(1);

  await page.goto("/");
  await expect(page.getByRole("navigation", { name: "Places", exact: true })).toBeVisible();
  await keyboard.press("g");
  await keyboard.press("k");
  await expect(page).toHaveURL(/\/tasks/);
  const box = page.getByRole("button", { name: `Complete: Call ${family} back` });
  await expect(box).toBeVisible();
  await box.focus();
  await keyboard.press("p");
  await expect(page.getByText(`Tomorrow: Call ${family} back`)).toBeVisible();
  await expect(box).toBeHidden();

  await page.goto(`/leads/${lead.id}`);
  await expect(task).toContainText("Tomorrow");
  await keyboard.press("d");
  await expect(task).toBeHidden();
  await expect(page.getByText(`Task done: Call ${family} back`)).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).press("Enter");
  await expect(task).toContainText("Tomorrow");
});
