import { expect, type Page, test } from "@playwright/test";
import { AGENT, AUDITOR, colleague, highlighted, newLead, signIn, unique, violations } from "./support";

// The platform was given events that no reader can take, and a sound one behind each: `e2e/poison.py`.
const VIEWS = ["overview", "dead-letters", "dead-letters&discarded=true", "jobs", "read-models"];

test("what could not be taken is looked at, redriven in vain, discarded with a reason, and gone", async ({
  page,
}) => {
  await signIn(page);
  await page.goto("/operations");
  const needs = page.getByRole("region", { name: "What needs a hand" });
  await expect(needs).toContainText(/of Leads (is|are) held up at reporting\.views/, { timeout: 30_000 });
  await needs.getByRole("link", { name: /held up at reporting\.views/ }).click();
  await expect(page).toHaveURL(/view=dead-letters.*consumer=reporting\.views/);

  const letters = page.getByRole("list", { name: "Dead letters" });
  const first = letters.getByRole("link").first();
  await expect(first).toContainText("Lead stage changed");
  await expect(first).toContainText("+1 behind");
  const key = await first.getAttribute("data-entry");
  await first.click();
  const pane = page.getByRole("region", { name: "What is open" });
  await expect(pane.getByRole("heading", { level: 2, name: "Lead stage changed" })).toBeFocused();
  await expect(pane.getByText("One event waits behind it")).toBeVisible();
  await expect(pane.getByText("astray")).toBeVisible();

  await test.step("it fails again", async () => {
    await page.keyboard.press("r");
    await expect(page.getByText("It failed again")).toBeVisible();
    await expect(page.locator(`[data-entry="${key}"]`)).toHaveCount(1);
  });

  await test.step("it is discarded, not without a reason, and what waited behind it is taken", async () => {
    await page.keyboard.press("d");
    const dialog = page.getByRole("dialog", { name: "Discard this event?" });
    await expect(dialog).toContainText("This cannot be undone.");
    expect(await violations(page), "discard").toEqual([]);
    await dialog.getByRole("button", { name: "Discard the event" }).click();
    await expect(dialog.getByText("Say why, in a few words")).toBeVisible();
    await dialog.getByLabel("Reason").fill("There is no such stage.");
    await dialog.getByLabel("Reason").press("Control+Enter");
    await expect(dialog).toBeHidden();
    await expect(page.getByText("One event was taken")).toBeVisible();
    await expect(page.locator(`[data-entry="${key}"]`)).toHaveCount(0);
  });

  await test.step("and is kept among what was discarded", async () => {
    await page.goto(`/operations?view=dead-letters&discarded=true&open=${encodeURIComponent(key!)}`);
    await expect(pane.getByText("There is no such stage.")).toBeVisible();
    await expect(pane.getByText(/Olivia/)).toBeVisible();
    await expect(page.getByRole("button", { name: /Redrive|Discard/ })).toHaveCount(0);
  });
});

test("a job that is put off is called off, taken up again, and done", async ({ page }) => {
  // Of whom is forgotten the vectors are removed at once, and once more an hour later: a job that waits.
  const source = await forgottenCall();
  await signIn(page);
  await page.goto("/operations?view=jobs&service=ai&kind=ai.remove-vectors&state=scheduled");
  const jobs = page.getByRole("list", { name: "jobs" });
  // Of several it is the last that was put down: what is to be begun the soonest comes first.
  await jobs.getByRole("link").last().click();
  const pane = page.getByRole("region", { name: "What is open" });
  await expect(pane.getByRole("heading", { level: 2, name: "Remove vectors" })).toBeFocused();
  await expect(pane.getByText(source, { exact: true })).toBeVisible();
  await expect(pane.getByText("Scheduled", { exact: true })).toBeVisible();
  expect(await violations(page), "a job").toEqual([]);
  const open = new URL(page.url()).searchParams.get("open")!;

  await test.step("it is called off, and told among those that were", async () => {
    await pane.getByRole("button", { name: "Cancel" }).click();
    await expect(page.locator(`[data-entry="${open}"]`)).toHaveCount(0);
    await page.goto(`/operations?view=jobs&open=${encodeURIComponent(open)}`);
    await expect(pane.getByText("Cancelled", { exact: true })).toBeVisible();
    await expect(pane.getByText("Called off")).toBeVisible();
    await expect(pane.getByRole("button", { name: "Cancel" })).toHaveCount(0);
  });

  await test.step("it is taken up again, done, and gone", async () => {
    await pane.getByRole("button", { name: "Retry" }).click();
    await expect(page.getByText("It is here no longer")).toBeVisible({ timeout: 20_000 });
    await expect(page.locator(`[data-entry="${open}"]`)).toHaveCount(0);
  });
});

test("by the keyboard: from the palette to a dead letter, and on", async ({ page }) => {
  test.skip(page.viewportSize()!.width < 900, "a telephone has no keyboard");
  await signIn(page);
  const { keyboard } = page;
  await keyboard.press("Control+k");
  await keyboard.type("operations");
  await highlighted(page, /^Operations/);
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Operations" })).toBeVisible();
  await keyboard.press("2");
  await expect(page.locator("[data-entry]").nth(1)).toBeVisible();
  await keyboard.press("j");
  await expect(page.locator("[data-entry]").first()).toBeFocused();
  await keyboard.press("ArrowDown");
  await expect(page.locator("[data-entry]").nth(1)).toBeFocused();
  await keyboard.press("Enter");
  await expect(page).toHaveURL(/open=/);
  await expect(page.getByRole("heading", { level: 2, name: "Lead stage changed" })).toBeFocused();
  await keyboard.press("Escape");
  await expect(page.locator("[data-entry]").nth(1)).toBeFocused();
});

test("a service that does not answer hides nothing of the others", async ({ page }) => {
  await signIn(page);
  await page.route("**/api/v1/operations/comms/**", (route) => route.abort());
  await page.goto("/operations?view=dead-letters");
  await expect(page.getByText("Comms cannot be reached just now.")).toBeVisible();
  await expect(page.locator("[data-entry]").first()).toBeVisible();
  await page.goto("/operations");
  await expect(page.getByText("Comms does not answer")).toBeVisible();
  await page.unroute("**/api/v1/operations/comms/**");
  await expect(page.getByText("Comms does not answer")).toBeHidden();
});

test("an auditor looks and is offered nothing to do; an agent is told that it is not theirs", async ({
  page,
}) => {
  await signIn(page, AUDITOR);
  await page.goto("/operations?view=dead-letters");
  await page.locator("[data-entry]").first().click();
  await expect(page.getByRole("heading", { level: 2, name: "Lead stage changed" })).toBeVisible();
  await expect(page.getByRole("button", { name: /Redrive|Discard/ })).toHaveCount(0);
  await signOut(page);
  await signIn(page, AGENT);
  await page.getByRole("button", { name: /your account/ }).click();
  await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Operations" })).toHaveCount(0);
  await page.goto("/operations");
  await expect(page.getByText("This page is not yours to look after")).toBeVisible();
  expect(await violations(page), "not yours").toEqual([]);
});

for (const scheme of ["light", "dark"] as const) {
  test(`every view is clean to axe and cuts nothing off, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await signIn(page);
    for (const view of VIEWS) {
      await page.goto(`/operations?view=${view}`);
      await settled(page);
      expect(await violations(page), view).toEqual([]);
    }
    await page.goto("/operations?view=dead-letters");
    await page.locator("[data-entry]").first().click();
    await expect(page.getByText("What it said")).toBeVisible();
    await settled(page);
    expect(await violations(page), "a dead letter").toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    for (const view of VIEWS) {
      await page.goto(`/operations?view=${view}`);
      await settled(page);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wider, view).toBeLessThanOrEqual(0);
    }
  });
}

/** A call with somebody who is forgotten once it was read; its id, by which what was read of it is removed. */
async function forgottenCall(): Promise<string> {
  const office = await colleague();
  const lead = await newLead(office, unique());
  const answer = await office.post("/api/v1/calls", {
    data: {
      lead_id: lead.id,
      direction: "outbound",
      started_at: new Date().toISOString(),
      duration_seconds: 90,
      disposition: "connected",
      transcript: "Customer: My home policy with Allstate renews on March 15, 2027.",
    },
  });
  expect(answer.status()).toBe(201);
  const { id } = (await answer.json()) as { id: string };
  await expect(async () => {
    const read = await office.get(`/api/v1/insights?lead_id=${lead.id}`);
    expect(((await read.json()) as { items: unknown[] }).items).not.toHaveLength(0);
  }).toPass({ timeout: 20_000 });
  expect((await office.post(`/api/v1/leads/${lead.id}/forget`)).status()).toBe(200);
  const kept = "/api/v1/operations/ai/jobs?kind=ai.remove-vectors&state=scheduled";
  await expect(async () => {
    const { items } = (await (await office.get(kept)).json()) as {
      items: { arguments: { source_id: string } }[];
    };
    expect(items.map((job) => job.arguments.source_id)).toContain(id);
  }).toPass({ timeout: 20_000 });
  return id;
}

async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: "Operations" })).toBeVisible();
  await expect(page.getByRole("status", { name: /^Loading/ })).toHaveCount(0);
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /your account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByLabel("Email")).toBeVisible();
}
