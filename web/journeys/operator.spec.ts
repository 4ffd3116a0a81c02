import { expect, test } from "@playwright/test";
import { elsewhere, fitsATelephone, ownAgency, violations } from "./support";

interface Operator {
  email: string;
  password: string;
  /** Each good once: every project of the browser's takes one of its own. */
  recovery_codes: string[];
}

const operator = JSON.parse(process.env.GARDENOS_OPERATOR ?? "{}") as Operator;

test("an operator suspends an agency and resumes it; its people read why, and go on where they were", async ({
  page,
  browser,
}, { project }) => {
  test.setTimeout(120_000);
  await page.emulateMedia({ reducedMotion: "reduce" });
  const { name, office } = await ownAgency(page);

  const desk = await elsewhere(browser);
  await desk.emulateMedia({ reducedMotion: "reduce" });
  await desk.setViewportSize(page.viewportSize()!);
  await test.step("who operates the platform has a door of their own", async () => {
    await desk.goto("/operator");
    await expect(desk.getByRole("heading", { level: 1 })).toHaveText("Operate GardenOS");
    expect(await violations(desk), "the door").toEqual([]);
    await desk.getByLabel("Email").fill(operator.email);
    await desk.getByRole("textbox", { name: "Password" }).fill(operator.password);
    await desk.getByLabel("Code").fill(operator.recovery_codes[project.name === "wide" ? 0 : 1]!);
    await desk.keyboard.press("Enter");
    await expect(desk.getByRole("heading", { level: 1 })).toHaveText("Agencies");
    await desk.getByLabel("Search in agencies").fill(name);
    await expect(desk.getByRole("rowheader")).toHaveText([name]);
    expect(await violations(desk), "the agencies").toEqual([]);
    await fitsATelephone(desk);
  });

  await test.step("suspended, its people read why and whom to turn to", async () => {
    await desk.getByRole("button", { name: `Suspend ${name}` }).click();
    const dialog = desk.getByRole("dialog", { name: `Suspend ${name}?` });
    await dialog.getByLabel("Reason").fill("an invoice is open");
    await dialog.getByLabel("Whom they turn to").fill("billing@platform.example");
    expect(await violations(desk), "suspending").toEqual([]);
    await dialog.getByRole("button", { name: "Suspend it now" }).click();
    await expect(desk.getByRole("button", { name: `Resume ${name}` })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your agency is suspended");
    await expect(page.getByText(/an invoice is open; turn to billing@platform\.example/)).toBeVisible();
    expect(await violations(page), "the page of a suspended agency").toEqual([]);
    await page.getByRole("button", { name: "Look again" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your agency is suspended");
  });

  await test.step("resumed, they go on without signing in", async () => {
    await desk.getByRole("button", { name: `Resume ${name}` }).click();
    await desk.getByRole("button", { name: "Resume it now" }).click();
    await expect(desk.getByRole("button", { name: `Suspend ${name}` })).toBeVisible();
    await page.getByRole("button", { name: "Look again" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Olga");
  });

  await test.step("a lost second factor is asked for by an address, and one that has none is said to have none", async () => {
    await desk.getByRole("button", { name: "Lost second factor…" }).click();
    const dialog = desk.getByRole("dialog", { name: "Take a lost second factor away?" });
    await dialog.getByLabel("Email").fill(`${name.toLowerCase()}@owner.example`);
    expect(await violations(desk), "a lost second factor").toEqual([]);
    await dialog.getByRole("button", { name: "Take it away now" }).click();
    await expect(dialog.getByRole("alert")).toHaveText(
      "Nobody signs in by this address with a second factor.",
    );
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await desk.getByRole("button", { name: "Sign out" }).click();
    await expect(desk.getByRole("heading", { level: 1 })).toHaveText("Operate GardenOS");
  });
  await desk.context().close();
  await office.dispose();
});
