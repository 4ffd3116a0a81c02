import { expect, test } from "@playwright/test";
import { colleague, OWNER, signIn, unique, violations } from "./support";

interface Result {
  leads: number;
  happened: { assigned: number; missed: number };
  draft: { assigned: number; missed: number };
  agents: { user_id: string; happened: number; draft: number }[];
}

const over = (heads: Element[]) =>
  heads.filter((head) => head.scrollWidth > head.clientWidth).map((head) => head.textContent);

test("a changed draft is tried on ninety days of leads, and what it would have done stands beside what happened", async ({
  page,
}) => {
  test.setTimeout(150_000);
  const office = await colleague();
  const at = "/api/v1/lead-assignment";
  const before = (await (await office.get(at)).json()) as { draft: unknown[]; active: unknown };
  const teams = (await (await office.get("/api/v1/teams")).json()) as {
    items: { id: string; name: string }[];
  };
  const team = teams.items[0]!;
  const rest = {
    rule_id: crypto.randomUUID(),
    name: `Rest ${unique()}`,
    team_id: team.id,
    at_work: false,
  };
  expect((await office.put(`${at}/draft`, { data: { rules: [rest] } })).status()).toBe(200);
  try {
    await signIn(page, OWNER);
    await page.goto("/leads/assignment");
    const rules = page.getByRole("list", { name: "Rules, in the order in which they are asked" });
    await expect(rules).toContainText(`Every lead: in turns to the agents of ${team.name}.`);

    // Somebody changes the rule: it is for leads of a score alone.
    await page.getByRole("button", { name: `Change ${rest.name}` }).click();
    const dialog = page.getByRole("dialog", { name: "Change the rule" });
    await dialog.getByRole("spinbutton", { name: "Score at least" }).fill("60");
    await dialog.getByRole("spinbutton", { name: "Score at most" }).fill("40");
    await dialog.getByRole("button", { name: "Keep in the draft" }).click();
    await expect(dialog.getByText(/^No score is as high as the least/)).toBeVisible();
    await dialog.getByRole("spinbutton", { name: "Score at most" }).fill("");
    await dialog.getByRole("spinbutton", { name: "Score at least" }).fill("1");
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Keep in the draft" }).click();
    await expect(dialog).toBeHidden();
    await expect(rules).toContainText("Leads with a score of at least 1: in turns");

    const asked = page.waitForResponse(
      (answer) => answer.url().endsWith("/what-ifs") && answer.request().method() === "POST",
    );
    await page.getByRole("button", { name: "Try these rules" }).click();
    const { id } = (await (await asked).json()) as { id: string };
    type Replay = { status: string; result: Result | null };
    const replay = async () => (await (await office.get(`${at}/what-ifs/${id}`)).json()) as Replay;
    await expect.poll(async () => (await replay()).status, { timeout: 60_000 }).toBe("done");
    await expect(page.getByText(/^Tried .* on the leads of 90 days\.$/)).toBeVisible();
    await expect(page.getByText(/^Other rules than/)).toBeHidden();

    // Each number of the page is one of the answer's.
    const result = (await replay()).result!;
    expect(result.leads).toBeGreaterThan(0);
    expect(result.draft.assigned).toBeGreaterThan(0);
    const table = page.getByRole("table", { name: "What happened, and what these rules would have done" });
    const cells = (row: RegExp) => table.getByRole("row", { name: row }).getByRole("cell");
    await expect(cells(/^Leads with an owner/)).toHaveText([
      String(result.happened.assigned),
      String(result.draft.assigned),
    ]);
    await expect(cells(/^Not answered within 5 min/)).toHaveText([
      new RegExp(`^${result.happened.missed} \\(`),
      new RegExp(`^${result.draft.missed} \\(`),
    ]);
    await expect(cells(/^Half were answered within/)).toHaveCount(2);
    // What names a row does not run over its figures.
    expect(await table.locator("tbody th").evaluateAll(over)).toEqual([]);
    const people = page.getByRole("table", { name: "Leads of each person" });
    await expect(people.getByRole("row")).toHaveCount(result.agents.length + 1);
    expect(await violations(page)).toEqual([]);

    // It is there again for who comes back, and no lead was given by it.
    await page.reload();
    await expect(table).toBeVisible();
    const now = (await (await office.get(at)).json()) as { active: unknown };
    expect(now.active).toEqual(before.active);
  } finally {
    expect((await office.put(`${at}/draft`, { data: { rules: before.draft } })).status()).toBe(200);
  }
});
