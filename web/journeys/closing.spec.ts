import { expect, request, test } from "@playwright/test";
import { elsewhere, fitsATelephone, ownAgency, signIn, violations } from "./support";

test.setTimeout(120_000);

test("an owner closes their agency, is asked first, and takes it back; its people are put out meanwhile", async ({
  page,
  browser,
}) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const { name, password, office, colleague } = await ownAgency(page);
  const email = `${name.toLowerCase()}@agent.example`;
  await colleague(email);

  const theirs = await elsewhere(browser);
  await theirs.emulateMedia({ reducedMotion: "reduce" });
  await signIn(theirs, email, password);
  await expect(theirs.getByRole("heading", { level: 1 })).toContainText("Ada");

  await page.goto("/settings/agency");
  const card = page.getByRole("region", { name: "Close the agency" });
  await expect(card).toContainText("For 30 days you can still export everything, and reopen the agency");
  const dialog = page.getByRole("dialog", { name: "Close the agency?" });
  const close = dialog.getByRole("button", { name: "Close the agency" });

  await test.step("whoever only looked closes nothing", async () => {
    await card.getByRole("button", { name: "Close the agency…" }).press("Enter");
    const typed = dialog.getByLabel("The agency's name");
    await expect(typed).toBeFocused();
    await expect(close).toBeDisabled();
    await typed.fill("Somebody else's");
    await expect(close).toBeDisabled();
    expect(await violations(page), "asked").toEqual([]);
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(card.getByRole("button", { name: "Close the agency…" })).toBeFocused();
    expect((await office.get("/api/v1/leads")).status()).toBe(200);
  });

  await test.step("whoever types its name closes it", async () => {
    await card.getByRole("button", { name: "Close the agency…" }).press("Enter");
    await dialog.getByLabel("The agency's name").fill(name.toLowerCase());
    await dialog.getByLabel("Why").fill("We retire");
    await dialog.getByLabel("The agency's name").press("Enter");
    await expect(dialog).toBeHidden();
    await expect(card.getByRole("status")).toContainText(`${name} is closed, since `);
    await expect(card.getByRole("status")).toContainText("all that is kept of it is erased");
    await expect(card.getByRole("status")).toContainText("We retire");
    expect(await violations(page), "closed").toEqual([]);
  });

  await test.step("its people are put out, and read why", async () => {
    await expect(async () => {
      await theirs.goto("/leads");
      await expect(
        theirs.getByRole("heading", { name: /Your agency is closed|Sign in to GardenOS/ }),
      ).toBeVisible({ timeout: 1000 });
    }).toPass({ timeout: 20_000 });
    expect(await violations(theirs), "put out").toEqual([]);
  });

  await test.step("an owner still signs in, and takes it back", async () => {
    await page.reload();
    await expect(card.getByRole("status")).toContainText(`${name} is closed`);
    await card.getByRole("button", { name: "Reopen the agency" }).press("Enter");
    await expect(card.getByRole("button", { name: "Close the agency…" })).toBeVisible();
    await expect(async () => {
      expect((await office.get("/api/v1/leads")).status()).toBe(200);
    }).toPass({ timeout: 20_000 });
    await fitsATelephone(page);
  });

  await test.step("and they work again", async () => {
    const anonymous = await request.newContext({ baseURL: process.env.GARDENOS! });
    const again = await anonymous.post("/api/v1/sessions", { data: { email, password } });
    expect(again.status()).toBe(201);
    await anonymous.dispose();
  });
  await theirs.context().close();
  await office.dispose();
});
