import { expect, test } from "@playwright/test";
import { fitsATelephone, signIn, violations } from "./support";

/** An agency that keeps closed leads for a month: who looks after it, and who is to be forgotten and who not. */
interface Retaining {
  email: string;
  password: string;
  lost: string;
  removed: string;
  kept: string;
}

const { email, password, lost, removed, kept } = JSON.parse(
  process.env.GARDENOS_RETAINING ?? "{}",
) as Retaining;

test.setTimeout(120_000);

test("a week before closed leads are forgotten it is announced, and all of them can be looked at", async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await signIn(page, email, password);
  await page.goto("/settings/agency");
  const announced = page.getByRole("status").filter({ hasText: "will be forgotten" });

  await test.step("it says how many, and in which night", async () => {
    await expect(announced).toContainText(/In the night to \w{3} \d{1,2}, \d{4}, 2 leads will be forgotten/);
    const [, day] = /In the night to (\w{3} \d{1,2}, \d{4}),/.exec(await announced.innerText())!;
    const away = (Date.parse(`${day} UTC`) - Date.now()) / 86_400_000;
    expect(away).toBeGreaterThan(5);
    expect(away).toBeLessThan(9);
    expect(await violations(page), "announced").toEqual([]);
  });

  await test.step("it leads to lost and removed ones alike, and to nobody else", async () => {
    await announced.getByRole("link", { name: "Look at them" }).press("Enter");
    await expect(page).toHaveURL(/\/leads\?filter=/);
    await expect(page.getByRole("row", { name: new RegExp(lost) })).toBeVisible();
    await expect(page.getByRole("row", { name: new RegExp(removed) })).toContainText("Removed");
    await expect(page.getByText(new RegExp(kept))).toHaveCount(0);
    expect(await violations(page), "the list").toEqual([]);
  });

  await test.step("another rule is counted before it is saved", async () => {
    await page.goBack();
    const rule = page.getByLabel("Leads that were lost or removed");
    await rule.selectOption("12");
    await expect(page.getByText("No lead is kept longer than that today.")).toBeVisible();
    await expect(announced, "what is announced stays so until it is saved").toBeVisible();
    await fitsATelephone(page);
  });
});
