import { expect, test } from "@playwright/test";
import { colleague, newLead, openFromList, signIn, unique } from "./support";

const TRANSCRIPT = [
  "Agent: Good morning, this is Olivia of Maple Grove Insurance. 👋",
  "Customer: Hi. I'm with State Farm right now and my auto policy renews on March 15, 2027.",
  "Customer: I pay about $1,240 a year and that's too expensive.",
  "Customer: Could you send me a quote by email on Friday?",
].join("\n");

test("from the list to the client: a call, what was said in it, the conversion, the report", async ({
  page,
}) => {
  const family = unique();
  await newLead(await colleague(), family);
  await signIn(page);

  await test.step("the list is narrowed", async () => {
    await page.goto("/leads");
    await page.getByLabel("Search in leads").fill(family);
    await expect(page.getByRole("row", { name: new RegExp(family) })).toBeVisible();
    await expect(page.getByText("1 lead", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Stage", exact: true }).click();
    await page.getByRole("menuitemcheckbox", { name: "Quoted" }).click();
    await expect(page.getByText("No lead matches")).toBeVisible();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Clear all filters" }).click();
    await page.getByLabel("Search in leads").fill(family);
    await openFromList(page, family);
    await expect(page.getByRole("heading", { level: 1, name: new RegExp(family) })).toBeVisible();
  });

  await test.step("a call is logged", async () => {
    await page.getByRole("button", { name: "Log call" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Log a call" });
    await dialog.getByText("Connected", { exact: true }).click();
    await dialog.getByLabel("Duration").fill("5:30");
    await dialog.getByRole("button", { name: /transcript/i }).click();
    await dialog.getByRole("textbox", { name: /transcript/i }).fill(TRANSCRIPT);
    await dialog.getByRole("button", { name: "Log call" }).click();
    await expect(dialog).toBeHidden();
  });

  await test.step("what was said is drawn from it, and an insight shows its words in place", async () => {
    const narrow = page.viewportSize()!.width < 900;
    if (narrow) await page.getByRole("tab", { name: /Insights/ }).click();
    const insight = page.getByRole("button", { name: /State Farm/ });
    await expect(insight).toBeVisible({ timeout: 20_000 });
    await expect(page.getByRole("button", { name: /March 15, 2027|Mar 15, 2027/ })).toBeVisible();
    const quote = await insight.locator("q").innerText();
    await insight.click();
    const mark = page.locator("mark[data-quote]");
    await expect(mark).toBeVisible();
    await expect(mark).toBeInViewport();
    expect(TRANSCRIPT).toContain((await mark.innerText()).trim());
    expect((await mark.innerText()).trim()).toBe(quote.replaceAll(/^["“]|["”]$/g, "").trim());
    await page.keyboard.press("Escape");
    await expect(mark).toHaveCount(0);
  });

  await test.step("the lead becomes a client, whose timeline goes on", async () => {
    await page
      .getByRole("button", { name: /^Convert/ })
      .first()
      .click();
    const dialog = page.getByRole("dialog", { name: /Convert/ });
    await dialog.getByRole("button", { name: "Convert to client" }).click();
    await dialog.getByRole("link", { name: "Open client" }).click();
    await expect(page).toHaveURL(/\/clients\//);
    await expect(page.getByRole("heading", { level: 1, name: new RegExp(family) })).toBeVisible();
    await expect(page.getByText("Converted to a client").first()).toBeVisible();
    await expect(page.getByText(/Captured/).first()).toBeVisible();
  });

  await test.step("the report counts the conversion, as a chart and as a table, and can be kept", async () => {
    await page.goto("/reports?by=source");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("table").first()).toContainText(/referral/i);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    await page.getByRole("menuitem", { name: /CSV/ }).click();
    expect((await download).suggestedFilename()).toMatch(/conversion-times.*\.csv$/);
  });
});

test("a file of leads is read, each row's fate is told, and the leads are there", async ({ page }) => {
  const family = unique();
  const file = `\uFEFFVorname;Last Name;E-Mail;Cell\r\nAnna;${family};${family}@mail.example;(312) 555-0${100 + Math.floor(Math.random() * 899)}\r\n;;;\r\nBad;Row;nope;12\r\n`;
  await signIn(page);
  await page.goto("/leads/import");
  await page.locator('input[type="file"]').setInputFiles({
    name: "export.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(file, "utf8"),
  });
  await expect(page.getByText(/UTF-8/i).first()).toBeVisible();
  await page.getByLabel("What “Vorname” holds").selectOption({ label: "Given name" });
  await page.getByRole("radio", { name: /quietly/ }).check();
  await page.getByRole("button", { name: "Check the file" }).click();
  const fates = page.getByRole("group", { name: "Rows by what becomes of them" });
  await expect(page.getByRole("button", { name: /^Import 1 lead/ })).toBeVisible();
  await expect(fates.getByRole("button", { name: /captured/i })).toContainText("1");
  await expect(fates.getByRole("button", { name: /cannot be read/i })).toContainText("1");
  await page.getByRole("button", { name: /^Import 1 lead/ }).click();
  await expect(page.getByRole("button", { name: "Import another file" })).toBeVisible();
  const result = page.url();
  await page.goto(`/leads?q=${family}`);
  await expect(page.getByRole("row", { name: new RegExp(`Anna ${family}`) })).toBeVisible();
  await page.goto(result);
  await page.getByRole("button", { name: "Undo this import" }).click();
  await page.getByRole("button", { name: "Undo the import" }).click();
  await expect(page.getByRole("heading", { name: /1 lead was removed/ })).toBeVisible();
  await page.goto(`/leads?q=${family}`);
  await expect(page.getByRole("row", { name: new RegExp(`Anna ${family}`) })).toHaveCount(0);
});

test("all that was said is found by its meaning", async ({ page }) => {
  await signIn(page);
  await page.goto("/search?q=damage+to+the+roof");
  await expect(
    page
      .getByRole("listitem")
      .filter({ hasText: /roof|hail|storm|shingle/i })
      .first(),
  ).toBeVisible();
});
