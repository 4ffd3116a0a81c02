import { expect, test } from "@playwright/test";
import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { fitsATelephone, signIn, unique, violations } from "./support";

test.setTimeout(120_000);

/** Hands a mail to the platform as a mail server does; what it was answered at the end. */
async function sendMail(to: string, mail: string): Promise<string> {
  const [host, port] = process.env.GARDENOS_MAIL!.split(":");
  const socket = createConnection(Number(port), host);
  const answers = createInterface({ input: socket })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => {
    for (;;) {
      const { value, done } = await answers.next();
      if (done) return "hung up";
      if (/^\d{3} /.test(value)) return value;
    }
  };
  await answer();
  const lines = ["EHLO journey", "MAIL FROM:<leads@quotehub.example>", `RCPT TO:<${to}>`, "DATA"];
  let last = "";
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    last = await answer();
    if (!/^[23]/.test(last)) break;
  }
  if (last.startsWith("354")) {
    socket.write(`${mail.replaceAll("\n", "\r\n")}\r\n.\r\n`);
    last = await answer();
  }
  socket.destroy();
  return last;
}

const mailOf = (family: string, body: string) => `From: QuoteHub <leads@quotehub.example>
Subject: A lead called ${family}
Message-ID: <${family}.${body.length}@quotehub.example>

${body}`;

test("leads come by mail: an address is made, a mail becomes a lead, another is mended and becomes one", async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const [name, first, second] = [unique(), unique(), unique()];
  // Nobody's yet: whoever has it would be asking again.
  const phone = `217 ${200 + Math.floor(Math.random() * 799)} ${1000 + Math.floor(Math.random() * 8999)}`;
  await signIn(page);
  await page.goto("/leads/sources");
  const dialog = page.getByRole("dialog");

  const address = await test.step("a source of the kind mail shows its address this once", async () => {
    await page.getByRole("button", { name: "Add a source" }).click();
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByLabel("Kind").selectOption("Mail");
    expect(await violations(page), "add a source").toEqual([]);
    await dialog.getByRole("button", { name: "Add the source" }).click();
    const shown = await dialog.getByLabel("The address").innerText();
    expect(shown).toMatch(/^lead-[a-z2-7]{52}@/);
    expect(await violations(page), "the address").toEqual([]);
    await fitsATelephone(page);
    await dialog.getByLabel("I have kept it").check();
    await dialog.getByRole("button", { name: "Done" }).click();
    await expect(page.getByText(shown)).toHaveCount(0);
    return shown;
  });

  await test.step("what is sent there becomes a lead, and what is no lead is kept", async () => {
    const lines = `Name: Quentin ${first}\nEmail: ${first.toLowerCase()}@mail.example\nZip: 62701`;
    expect(await sendMail(address, mailOf(first, lines))).toMatch(/^250/);
    expect(await sendMail(address, mailOf(second, `Prospect: ${second}\nReach at: ${phone}`))).toMatch(
      /^250/,
    );
    expect(await sendMail("lead-nobody@elsewhere.example", mailOf(first, lines))).toMatch(/^550/);
  });

  const log = page.getByRole("list", { name: "What came, the latest first" });
  const entry = (family: string) => log.getByRole("listitem").filter({ hasText: `A lead called ${family}` });
  await test.step("the log tells what became of each", async () => {
    await page.getByRole("link", { name }).click();
    await expect(entry(first)).toContainText("Captured");
    await expect(entry(second)).toContainText("Not read");
    await expect(entry(second)).toContainText("say in the mapping where its fields stand");
    expect(await violations(page), "the log").toEqual([]);
    await fitsATelephone(page);
    await page.getByRole("button", { name: `Look at Mail A lead called ${first}` }).click();
    await expect(dialog.getByRole("region", { name: "The mail" })).toContainText(`Name: Quentin ${first}`);
    await expect(dialog.getByText("As it reads now")).toBeVisible();
    expect(await violations(page), "a mail").toEqual([]);
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
  });

  await test.step("a mail is tried, mapped, and read once more", async () => {
    await page.getByRole("link", { name: "Mapping" }).click();
    await page.getByLabel("A mail").fill(`Prospect: ${second}\nReach at: ${phone}`);
    await expect(page.getByText("It is not read")).toBeVisible();
    await page.getByRole("combobox", { name: "Whole name" }).fill("Prospect");
    await page.getByRole("combobox", { name: "Telephone" }).fill("Reach at");
    await page.keyboard.press("Escape");
    await expect(page.getByText("It becomes a lead")).toBeVisible();
    expect(await violations(page), "the mapping").toEqual([]);
    await fitsATelephone(page);
    await page.getByRole("button", { name: "Save the mapping" }).click();
    await expect(page.getByText(`${name} is changed`)).toBeVisible();
    await page.getByRole("link", { name: "What came" }).click();
    await page.getByRole("button", { name: `Capture anew: Mail A lead called ${second}` }).click();
    await expect(entry(second)).toContainText("Captured");
    await page.getByRole("link", { name: `The lead of Mail A lead called ${second}` }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText(second);
  });
});
