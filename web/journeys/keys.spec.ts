import { type APIResponse, expect, request, test } from "@playwright/test";
import { fitsATelephone, signIn, unique, violations } from "./support";

test.skip(({ viewport }) => (viewport?.width ?? 0) < 900, "a telephone has no keyboard");
test.setTimeout(120_000);

test("a key is made with what it may and until when, shown once, used, and revoked", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const name = unique();
  const { keyboard } = page;
  await signIn(page);
  await page.goto("/settings/keys");

  const dialog = page.getByRole("dialog");
  const key = await test.step("it is made by the keyboard, and shown this once", async () => {
    await page.getByRole("button", { name: "Make a key" }).focus();
    await keyboard.press("Enter");
    await expect(dialog.getByLabel("Name")).toBeFocused();
    await keyboard.type(name);
    await expect(dialog.getByLabel("See leads, clients, conversations and reports")).toBeChecked();
    await keyboard.press("Tab");
    await keyboard.press("Tab");
    await keyboard.press("Space");
    await expect(dialog.getByLabel("Change them, and what belongs to them")).toBeChecked();
    await dialog.getByLabel("Good for").selectOption("30 days");
    expect(await violations(page), "make a key").toEqual([]);
    await dialog.getByLabel("Name").press("Enter");
    await expect(dialog.getByRole("button", { name: "Copy the key" })).toBeFocused();
    const shown = await dialog.getByLabel("The key").innerText();
    // Nobody leaves by mistake what is not shown again.
    await keyboard.press("Escape");
    await expect(dialog.getByRole("button", { name: "Done" })).toBeDisabled();
    expect(await violations(page), "the key").toEqual([]);
    await dialog.getByLabel("I have kept it").focus();
    await keyboard.press("Space");
    await dialog.getByRole("button", { name: "Done" }).press("Enter");
    await expect(dialog).toBeHidden();
    await expect(page.getByText(shown)).toHaveCount(0);
    return shown;
  });

  const entry = page.getByRole("list", { name: "API keys" }).getByRole("listitem").filter({ hasText: name });
  await expect(entry).toContainText("records:read");
  await expect(entry).toContainText("records:write");
  await expect(entry).toContainText("never used");
  await expect(entry).toContainText(/good until \w{3} \d/);

  const program = await request.newContext({
    baseURL: process.env.GARDENOS!,
    extraHTTPHeaders: { Authorization: `Bearer ${key}` },
  });
  await test.step("a program may with it what was ticked, and nothing else", async () => {
    expect((await program.get("/api/v1/leads?limit=1")).status()).toBe(200);
    const made = await program.post("/api/v1/leads", {
      data: { name: { given: "Quentin", family: name }, source: "web form" },
    });
    expect(made.status()).toBe(201);
    expect((await program.get("/api/v1/users")).status()).toBe(403);
    await page.reload();
    await expect(entry).toContainText("used just now");
  });

  await test.step("revoked, it is refused", async () => {
    await entry.getByRole("button", { name: `Revoke the key ${name}` }).press("Enter");
    await expect(dialog.getByRole("button", { name: "Keep it" })).toBeFocused();
    expect(await violations(page), "revoke").toEqual([]);
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await expect(dialog).toBeHidden();
    await expect(entry).toContainText("Revoked");
    await expect(entry.getByRole("button")).toHaveCount(0);
    await fitsATelephone(page);
    let refused: APIResponse;
    await expect(async () => {
      refused = await program.get("/api/v1/leads?limit=1");
      expect(refused.status()).toBe(401);
    }).toPass({ timeout: 20_000 });
    expect(refused!.headers()["content-type"]).toContain("application/problem+json");
  });
  await program.dispose();
});
