import { type APIRequestContext, expect, test } from "@playwright/test";
import { colleague, fitsATelephone, openFromList, signIn, unique, violations } from "./support";

async function lives(office: APIRequestContext, given: string, family: string): Promise<string> {
  const street = "12 Oak Street";
  const data = { name: { given, family }, street, city: "Peoria", postal_code: "61602", source: "referral" };
  const answer = await office.post("/api/v1/leads", { data });
  expect(answer.status()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

test("a couple’s two leads become one household, with somebody new, and are listed as one", async ({
  page,
}) => {
  const office = await colleague();
  const family = unique();
  const maria = await lives(office, "Maria", family);
  await lives(office, "Dan", family);
  await signIn(page);
  await page.goto(`/leads/${maria}`);
  if (page.viewportSize()!.width < 900) await page.getByRole("tab", { name: "Facts" }).click();
  const card = page.getByRole("region", { name: "Household" });

  await test.step("the other is suggested, and joined by one click", async () => {
    await expect(card.getByText("Same surname and address")).toBeVisible();
    await card.getByRole("button", { name: `Same household: Dan ${family}` }).click();
    await expect(card.getByRole("heading", { name: `${family} household` })).toBeVisible();
    await card.getByLabel(`What Dan ${family} is in the household`).selectOption("spouse");
    await expect(card.getByRole("group", { name: "May live with them" })).toBeHidden();
  });

  await test.step("somebody new is entered at the same address", async () => {
    await card.getByRole("button", { name: "Add to the household" }).click();
    const dialog = page.getByRole("dialog", { name: /Who lives with/ });
    await dialog.getByText("Somebody new").click();
    await dialog.getByLabel("Given name").fill("Lia");
    await dialog.getByLabel("What they are in the household").selectOption("child");
    await expect(dialog.getByText("They live at 12 Oak Street, Peoria, 61602.")).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Add lead" }).click();
    await expect(dialog).toBeHidden();
    await expect(card.getByRole("link", { name: `Lia ${family}` })).toBeVisible();
    await expect(card.getByLabel(`What Lia ${family} is in the household`)).toHaveValue("child");
  });

  await test.step("they are a list, and each shows the others", async () => {
    const filter = JSON.stringify({ all: [{ field: "household", op: "is", value: ["several_open"] }] });
    await page.goto(`/leads?q=${family}&cols=["household"]&filter=${encodeURIComponent(filter)}`);
    await expect(page.getByText("Household has more than one open lead")).toBeVisible();
    await expect(page.getByRole("row", { name: new RegExp(`${family}.*`) })).toHaveCount(3);
    await page.goto(`/leads?q=Dan+${family}`);
    await openFromList(page, family);
    if (page.viewportSize()!.width < 900) await page.getByRole("tab", { name: "Facts" }).click();
    await expect(card.getByRole("link", { name: `Maria ${family}` })).toBeVisible();
  });

  await test.step("one leaves, and is back", async () => {
    await card.getByRole("button", { name: `Take Lia ${family} out of the household` }).click();
    await expect(card.getByRole("link", { name: `Lia ${family}` })).toHaveCount(1);
    await expect(card.getByRole("group", { name: "May live with them" })).toContainText(`Lia ${family}`);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(card.getByLabel(`What Lia ${family} is in the household`)).toHaveValue("child");
    expect(await violations(page)).toEqual([]);
  });
  await fitsATelephone(page);
});
