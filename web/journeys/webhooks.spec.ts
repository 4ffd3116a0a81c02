import { expect, test } from "@playwright/test";
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { colleague, newLead, signIn, unique, violations } from "./support";

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A receiver on this machine: what came, and what is answered to the next. */
async function receiver() {
  const came: Received[] = [];
  const here = { url: "", came, answers: 204, close: () => {} };
  const server = createServer((asked, answer) => {
    const parts: Buffer[] = [];
    asked.on("data", (part: Buffer) => parts.push(part));
    asked.on("end", () => {
      came.push({ headers: asked.headers, body: Buffer.concat(parts).toString() });
      answer.writeHead(here.answers).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  here.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/garden`;
  here.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return here;
}

/** By which a receiver knows that it is from here, as `docs/webhooks.md` says. */
function signatureOf(secret: string, { headers, body }: Received): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = `${headers["webhook-id"] as string}.${headers["webhook-timestamp"] as string}.${body}`;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

test.setTimeout(120_000);

test("a webhook is made, delivers signed, fails and is sent again, and is removed", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const name = unique();
  const office = await colleague();
  const there = await receiver();
  const { keyboard } = page;
  await signIn(page);
  await page.goto("/settings/webhooks");

  const making = page.getByRole("dialog", { name: "Make a webhook" });
  await test.step("an address within is refused where it is typed", async () => {
    await page.getByRole("button", { name: "Make a webhook" }).press("Enter");
    await expect(making.getByRole("textbox", { name: "Name" })).toBeFocused();
    await keyboard.type(name);
    await making.getByRole("textbox", { name: "Address" }).fill("https://10.0.0.1/");
    await making.getByLabel("Search in events").fill("captured");
    await making.getByRole("checkbox", { name: "Lead captured" }).press("Space");
    expect(await violations(page), "make a webhook").toEqual([]);
    await making.getByRole("button", { name: "Make the webhook" }).press("Enter");
    await expect(making.getByText("This address is not on the public internet")).toBeVisible();
    await expect(making.getByRole("textbox", { name: "Address" })).toHaveAttribute("aria-invalid", "true");
  });

  const secret = await test.step("made, with its secret shown once", async () => {
    await making.getByRole("textbox", { name: "Address" }).fill(there.url);
    await keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Copy the secret now" });
    await expect(dialog.getByRole("button", { name: "Copy the secret" })).toBeFocused();
    expect(await violations(page), "the secret").toEqual([]);
    const shown = await dialog.getByLabel("The secret").innerText();
    await dialog.getByLabel("I have kept it").press("Space");
    await dialog.getByRole("button", { name: "Done" }).press("Enter");
    await expect(dialog).toBeHidden();
    return shown;
  });

  const log = page.getByRole("dialog", { name: `Deliveries to ${name}` });
  const deliveries = log.getByRole("listitem");
  await test.step("what happens is delivered, signed, and stands in the log", async () => {
    const lead = await newLead(office, unique());
    await expect.poll(() => there.came.length, { timeout: 30_000 }).toBe(1);
    const [first] = there.came;
    expect(first!.headers["webhook-signature"]).toBe(signatureOf(secret, first!));
    expect(first!.body).toContain(lead.id);
    // Whoever did not ask for personal data is sent none.
    expect(first!.body).not.toContain("Quentin");
    await page.getByRole("button", { name: `Deliveries to ${name}` }).press("Enter");
    await expect(deliveries).toHaveCount(1);
    await expect(deliveries.first()).toContainText("Lead captured");
    await expect(deliveries.first()).toContainText(/Delivered.*one try, answered 204/);
    expect(await violations(page), "the log").toEqual([]);
  });

  await test.step("what fails says why, and is sent again by hand", async () => {
    there.answers = 503;
    await log.getByRole("button", { name: "Send a test" }).press("Enter");
    await expect(deliveries).toHaveCount(2);
    await expect(deliveries.first()).toContainText(/Test.*Failed.*answered 503/, { timeout: 20_000 });
    there.answers = 204;
    await deliveries
      .first()
      .getByRole("button", { name: /^Send again: Test/ })
      .press("Enter");
    await expect(deliveries.first()).toContainText(/Delivered.*answered 204/, { timeout: 20_000 });
    await deliveries
      .last()
      .getByRole("button", { name: /^Send again: Lead captured/ })
      .press("Enter");
    await expect.poll(() => there.came.length, { timeout: 20_000 }).toBe(4);
    // The same once more: by its id a receiver knows that it had it.
    expect(there.came[3]!.headers["webhook-id"]).toBe(there.came[0]!.headers["webhook-id"]);
    await keyboard.press("Escape");
    await expect(log).toBeHidden();
  });

  await test.step("removed, it is gone", async () => {
    const entry = page
      .getByRole("list", { name: "Webhooks" })
      .getByRole("listitem")
      .filter({ hasText: name });
    await expect(entry).toContainText("last delivered just now");
    expect(await violations(page), "the webhooks").toEqual([]);
    await entry.getByRole("button", { name: `More for ${name}` }).press("Enter");
    await page.getByRole("menuitem", { name: "Remove…" }).press("Enter");
    const asked = page.getByRole("dialog", { name: `Remove ${name}?` });
    await expect(asked.getByRole("button", { name: "Cancel" })).toBeFocused();
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await expect(entry).toHaveCount(0);
  });
  there.close();
  await office.dispose();
});
