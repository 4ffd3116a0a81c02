import { expect, type Page, test } from "@playwright/test";
import { elsewhere, signIn, unique, violations } from "./support";

const PASSWORD = "plant a row of beans";

test.setTimeout(180_000);

test("somebody is invited, joins, is made manager, and is deactivated", async ({ page, browser }) => {
  const name = unique();
  const email = `${name.toLowerCase()}@maplegrove.example`;
  await signIn(page);
  await page.goto("/settings");
  await expect(page).toHaveURL(/\/settings\/people$/);

  const link = await test.step("invited, by a link where no mail goes out", async () => {
    await page.getByRole("button", { name: "Invite somebody" }).click();
    const dialog = page.getByRole("dialog", { name: "Invite somebody" });
    await dialog.getByLabel("Email").fill(email);
    expect(await violations(page), "invite").toEqual([]);
    await dialog.getByRole("button", { name: "Invite" }).click();
    await expect(dialog.getByText("No mail server is set up here")).toBeVisible();
    expect(await violations(page), "the link").toEqual([]);
    const shown = await dialog.locator("code").innerText();
    await dialog.getByRole("button", { name: "Done" }).click();
    await expect(page.getByRole("list", { name: "Invited" })).toContainText(email);
    const { pathname, hash } = new URL(shown);
    return pathname + hash;
  });

  const theirs = await elsewhere(browser);
  await test.step("joins, and is signed in", async () => {
    await theirs.goto(link);
    await expect(theirs.getByRole("heading", { level: 1 })).toHaveText(/^Join /);
    expect(await violations(theirs), "join").toEqual([]);
    await theirs.getByLabel("Your name").fill(`${name} Newcomer`);
    await theirs.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
    await theirs.getByRole("button", { name: "Join" }).click();
    await expect(theirs.getByRole("navigation", { name: /^Places/ }).first()).toBeVisible();
    await theirs.goto("/settings/people");
    await expect(theirs.getByRole("list", { name: "People" })).toContainText(`${name} Newcomer`);
    await expect(theirs.getByRole("button", { name: "Invite somebody" })).toHaveCount(0);
  });

  const change = page.getByRole("dialog", { name: `Change ${name} Newcomer` });
  const open = async () => {
    await page.goto("/settings/people");
    await page.getByLabel("Find somebody").fill(name);
    await page.getByRole("button", { name: `Change ${name} Newcomer` }).click();
    await expect(change).toBeVisible();
  };

  await test.step("made manager, which holds without a new sign-in", async () => {
    await open();
    expect(await violations(page), "change somebody").toEqual([]);
    await change.getByLabel("Role").selectOption("manager");
    await change.getByRole("button", { name: "Save" }).click();
    await expect(change).toBeHidden();
    await expect(page.getByRole("list", { name: "People" })).toContainText("Manager");
  });

  await test.step("deactivated: out at once, and not let in", async () => {
    await open();
    await change.getByRole("button", { name: "Deactivate…" }).click();
    await expect(change.getByText("They have no open leads, clients or tasks.")).toBeVisible();
    expect(await violations(page), "deactivate somebody").toEqual([]);
    await change.getByRole("button", { name: /^Deactivate .* now$/ }).click();
    await expect(change).toBeHidden();
    await expect(page.getByRole("list", { name: "People" })).toContainText("Deactivated");
    await expect(async () => {
      await theirs.goto("/leads");
      await expect(theirs.getByRole("heading", { name: "Sign in to GardenOS" })).toBeVisible({
        timeout: 1000,
      });
    }).toPass({ timeout: 15_000 });
    await theirs.getByLabel("Email").fill(email);
    await theirs.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
    await theirs.getByRole("button", { name: "Sign in" }).click();
    await expect(theirs.getByRole("alert")).toContainText("deactivated");
  });

  await test.step("a link that was used says so", async () => {
    await theirs.goto("about:blank");
    await theirs.goto(link);
    await expect(theirs.getByRole("heading", { level: 1 })).toHaveText("This invitation is not good");
    expect(await violations(theirs), "used up").toEqual([]);
  });
});

test("branches and teams, by the keyboard; and the table of roles", async ({ page }) => {
  test.skip(page.viewportSize()!.width < 900, "a telephone has no keyboard");
  const place = unique();
  const { keyboard } = page;
  await signIn(page);
  await keyboard.press("g");
  await keyboard.press("e");
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  await keyboard.press("2");
  await expect(page.getByRole("button", { name: "Open a branch" })).toBeVisible();
  await keyboard.press("b");
  await page.getByRole("dialog").getByLabel("Name").fill(place);
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 2, name: place })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await keyboard.press("c");
  const forming = page.getByRole("dialog", { name: "Form a team" });
  await forming.getByLabel("Name").fill(`${place} North`);
  await forming.getByLabel("Branch").selectOption({ label: place });
  await forming.getByLabel("Name").press("Enter");
  await expect(page.getByRole("list", { name: `Teams: ${place}` })).toContainText(`${place} North`);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("button", { name: `Close ${place}` })).toHaveCount(0);
  await keyboard.press("3");
  const table = page.getByRole("table");
  await expect(table.getByRole("row", { name: /Change them/ })).toContainText("Their teams’");
  await expect(table.getByRole("columnheader", { name: /Owner/ })).toContainText("You");
});

for (const scheme of ["light", "dark"] as const) {
  test(`every part is clean to axe and fits, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await signIn(page);
    for (const view of ["people", "teams", "roles"]) {
      await page.goto(`/settings/${view}`);
      await settled(page);
      expect(await violations(page), view).toEqual([]);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        view,
      ).toBeLessThanOrEqual(0);
    }
  });
}

/** Until nothing on the page says that it is loading. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("status", { name: /^Loading/ })).toHaveCount(0);
}

test("a team is formed, and dissolved with a word on what was with it", async ({ page }) => {
  const name = unique();
  await signIn(page);
  await page.goto("/settings/teams");
  await page.getByRole("button", { name: "Form a team" }).click();
  const forming = page.getByRole("dialog", { name: "Form a team" });
  await forming.getByLabel("Name").fill(name);
  await forming.getByRole("button", { name: "Form the team" }).click();
  await page.getByRole("button", { name: `Change ${name}` }).click();
  const change = page.getByRole("dialog", { name: `Change ${name}` });
  await change.getByRole("button", { name: "Dissolve…" }).click();
  await expect(change.getByText("Nobody is in it. No open leads and no clients are with it.")).toBeVisible();
  expect(await violations(page), "dissolve a team").toEqual([]);
  await change.getByRole("button", { name: `Dissolve ${name} now` }).click();
  await expect(change).toBeHidden();
  await expect(page.getByText(`${name} is dissolved`)).toBeVisible();
  await expect(page.getByRole("button", { name: `Change ${name}` })).toHaveCount(0);
});
