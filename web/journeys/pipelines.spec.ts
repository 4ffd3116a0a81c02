import { type APIRequestContext, expect, type Page, test } from "@playwright/test";
import { colleague, signIn, unique, violations } from "./support";

test.skip(({ viewport }) => (viewport?.width ?? 0) < 900, "a telephone has neither keyboard nor mouse");

/** The demo agency has no stages of its own for these two. */
const LINE = "medicare";
const MANY = "renters";

const stage = (key: string, kind: string, probability: number) => ({
  key,
  name: key.charAt(0).toUpperCase() + key.slice(1),
  kind,
  probability,
});

async function lead(office: APIRequestContext, family: string, line: string): Promise<string> {
  const data = {
    name: { given: "Quentin", family },
    line_of_business: line,
    if_known: "anyway",
  };
  const made = await office.post("/api/v1/leads", { data });
  expect(made.status()).toBe(201);
  return ((await made.json()) as { id: string }).id;
}

const order = (page: Page) =>
  page.getByRole("region", { name: "Medicare" }).getByRole("listitem").locator("p").allTextContents();

test.afterEach(async () => {
  test.setTimeout(180_000);
  const office = await colleague();
  for (const line of [LINE, MANY]) await office.delete(`/api/v1/pipelines/${line}`);
});

test("a line's own stages are put in order, and leads go through them on the board", async ({ page }) => {
  const office = await colleague();
  const [byKey, byMouse] = [unique(), unique()];
  for (const family of [byKey, byMouse]) await lead(office, family, LINE);
  await signIn(page);
  await page.goto("/leads/pipelines");
  const own = page.getByRole("region", { name: "Medicare" });

  await test.step("the line gets stages of its own, and one more, which asks for the X-date", async () => {
    await page.getByLabel("A line with stages of its own").selectOption(LINE);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await own.getByRole("button", { name: "Add a stage" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a stage" });
    await dialog.getByRole("textbox", { name: "Name" }).fill("Docs in");
    await dialog.getByLabel("Counts as").selectOption("quoted");
    await dialog.getByLabel("X-date").check();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(own.getByRole("listitem")).toHaveCount(7);
    expect(await order(page)).toEqual(["New", "Contacted", "Qualified", "Quoted", "Docs in", "Won", "Lost"]);
  });

  await test.step("by keyboard it goes up; further than its kind allows it does not, and that is said", async () => {
    const up = own.getByRole("button", { name: "Move Docs in up" });
    await up.focus();
    await page.keyboard.press("Enter");
    await expect(own.getByText("Docs in is now number 4 of 7")).toBeAttached();
    await expect(up).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(own.getByRole("alert")).toContainText("which is before");
    await expect(up).toBeFocused();
    expect(await order(page)).toEqual(["New", "Contacted", "Qualified", "Docs in", "Quoted", "Won", "Lost"]);
  });

  await test.step("by dragging it goes back", async () => {
    const entry = (name: string) => own.getByRole("listitem").filter({ hasText: name });
    await entry("Docs in").dragTo(entry("Quoted"));
    await expect(own.getByText("Docs in is now number 5 of 7")).toBeAttached();
    expect(await order(page)).toEqual(["New", "Contacted", "Qualified", "Quoted", "Docs in", "Won", "Lost"]);
  });

  await test.step("why leads are lost is to be chosen from", async () => {
    await own.getByLabel("Why leads are lost").fill("Too dear\nStayed");
    await own.getByRole("button", { name: "Save the reasons" }).click();
    await expect(own.getByRole("button", { name: "Save the reasons" })).toBeHidden();
  });

  await page.goto(`/leads?as=board&pipeline=${LINE}`);
  const column = (name: string) => page.getByRole("region", { name, exact: true });
  const card = (family: string) => page.locator("[data-card]").filter({ hasText: family });

  await test.step("a card goes on by Shift and an arrow, and by Space into what asks for its X-date", async () => {
    await expect(column("New").locator("[data-card]").filter({ hasText: byKey })).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await card(byKey).focus();
    await page.keyboard.press("Shift+ArrowRight");
    await expect(column("Contacted").getByText(byKey)).toBeVisible();
    await expect(card(byKey)).toBeFocused();
    await page.keyboard.press("Space");
    for (let step = 0; step < 3; step += 1) await page.keyboard.press("ArrowRight");
    await expect(page.getByText("Over Docs in")).toBeAttached();
    await page.keyboard.press("Space");
    const asked = page.getByRole("dialog", { name: /is in Docs in/ });
    await expect(asked.getByRole("button", { name: "Move to Docs in" })).toBeDisabled();
    expect(await violations(page)).toEqual([]);
    await asked.getByRole("button", { name: "Edit x-date" }).click();
    await asked.getByRole("textbox", { name: "X-date" }).fill("2031-05-01");
    await page.keyboard.press("Enter");
    await asked.getByRole("button", { name: "Move to Docs in" }).click();
    await expect(column("Docs in").getByText(byKey)).toBeVisible();
  });

  await test.step("another is dragged to where leads are lost, for one of the agency's reasons", async () => {
    await card(byMouse).scrollIntoViewIfNeeded();
    const from = (await card(byMouse).boundingBox())!;
    await page.mouse.move(from.x + 20, from.y + 20);
    await page.mouse.down();
    const to = (await column("Contacted").boundingBox())!;
    await page.mouse.move(to.x + 40, to.y + 80, { steps: 12 });
    await page.mouse.up();
    await expect(column("Contacted").getByText(byMouse)).toBeVisible();
    await page.getByRole("button", { name: new RegExp(`Move Quentin ${byMouse}`) }).click();
    await page.getByRole("menuitem", { name: "Lost" }).click();
    const why = page.getByRole("dialog", { name: "Why is this lead lost?" });
    await why.getByLabel("Reason").selectOption("Stayed");
    expect(await violations(page)).toEqual([]);
    await why.getByRole("button", { name: "Move to lost" }).click();
    await expect(column("Lost").getByText(byMouse)).toBeVisible();
  });
});

test("a stage is given up that very many are in: how many have moved is seen, and then they are there", async ({
  page,
}) => {
  test.setTimeout(180_000);
  const office = await colleague();
  const source = unique();
  const rows = Array.from(
    { length: 700 },
    (_, n) => `Quentin,${source}${n},${source}${n}@mail.example,${MANY}`,
  );
  const sent = await office.post("/api/v1/imports", {
    multipart: {
      file: {
        name: "many.csv",
        mimeType: "text/csv",
        buffer: Buffer.from(`First Name,Last Name,Email,Line of business\n${rows.join("\n")}\n`),
      },
      plan: JSON.stringify({ source: "referral", run_automations: false }),
      go_on: "run",
    },
  });
  expect(sent.ok()).toBe(true);
  const { id } = (await sent.json()) as { id: string };
  const status = async () =>
    (
      (await (await office.get(`/api/v1/imports/${id}`)).json()) as {
        status: string;
      }
    ).status;
  await expect.poll(status, { timeout: 90_000 }).toBe("done");
  const said = await office.put(`/api/v1/pipelines/${MANY}`, {
    data: {
      name: "Renters",
      moved: { new: "fresh" },
      stages: [
        stage("fresh", "new", 10),
        stage("waiting", "new", 20),
        ...["contacted", "qualified", "quoted"].map((kind) => stage(kind, kind, 50)),
        stage("won", "won", 100),
        stage("lost", "lost", 0),
      ],
    },
  });
  expect(said.status()).toBe(200);
  await signIn(page);
  await page.goto("/leads/pipelines");
  const way = page.getByRole("region", { name: "Leads on their way" });
  await expect(way).toBeHidden();

  const own = page.getByRole("region", { name: "Renters" });
  await own.getByRole("button", { name: "Retire Fresh" }).click();
  const dialog = page.getByRole("dialog", { name: "Retire Fresh?" });
  await dialog.getByLabel("Leads that are in it go on in").selectOption("waiting");
  await dialog.getByRole("button", { name: "Retire" }).click();
  await expect(way).toContainText("Leads are moving to their new stages");
  await expect(way).toBeHidden();
  expect(await violations(page)).toEqual([]);
  await page.goto(`/leads?as=board&pipeline=${MANY}`);
  const waiting = page.getByRole("region", { name: "Waiting", exact: true });
  await expect(waiting.getByRole("heading")).toContainText(/([789]\d\d|\d,\d{3}) leads/);

  const undone = await office.post(`/api/v1/imports/${id}/undo`);
  expect(undone.ok()).toBe(true);
});
