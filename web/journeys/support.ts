import { type APIRequestContext, type Browser, expect, type Page, request } from "@playwright/test";
import type Axe from "axe-core";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const logins = JSON.parse(process.env.GARDENOS_LOGINS ?? "{}") as Record<string, string>;

/** The demo agency's people. */
export const OWNER = "olivia@maplegrove.example";
export const AGENT = "ana@maplegrove.example";
export const AUDITOR = "audra@maplegrove.example";

export function passwordOf(email: string): string {
  const password = logins[email];
  if (!password) throw new Error(`GARDENOS_LOGINS has no password of ${email}`);
  return password;
}

/** Signs in as a person would. */
export async function signIn(page: Page, email = OWNER, password = passwordOf(email)): Promise<void> {
  await page.goto("/");
  await page.getByLabel("Email").fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1 })).not.toHaveText("Sign in to GardenOS");
}

/** The public API as somebody else in the agency uses it meanwhile. */
export async function colleague(email = OWNER, password = passwordOf(email)): Promise<APIRequestContext> {
  const baseURL = process.env.GARDENOS!;
  const anonymous = await request.newContext({ baseURL });
  const answer = await anonymous.post("/api/v1/sessions", { data: { email, password } });
  expect(answer.status()).toBe(201);
  const { access_token: token } = (await answer.json()) as { access_token: string };
  await anonymous.dispose();
  return request.newContext({ baseURL, extraHTTPHeaders: { Authorization: `Bearer ${token}` } });
}

/** An agency that is a journey's own, so that what it does to all of it is nobody else's matter. */
export interface OwnAgency {
  name: string;
  /** The owner's. */
  email: string;
  /** Everybody's there. */
  password: string;
  /** Its owner, by the public API. */
  office: APIRequestContext;
  /** Another person of it: an agent called Ada. */
  colleague: (email: string) => Promise<void>;
}

/** Registers one; with a page its owner, Olga, is signed in there as well. */
export async function ownAgency(page?: Page): Promise<OwnAgency> {
  const baseURL = process.env.GARDENOS!;
  const name = unique();
  const email = `${name.toLowerCase()}@owner.example`;
  const password = "correct horse battery";
  const anonymous = await request.newContext({ baseURL });
  const made = await anonymous.post("/api/v1/agencies", {
    data: { name, time_zone: "America/Chicago", owner: { name: "Olga Owner", email, password } },
  });
  expect(made.status()).toBe(201);
  await anonymous.dispose();
  const office = await colleague(email, password);
  if (page) await signIn(page, email, password);
  const another = async (theirs: string) => {
    const added = await office.post("/api/v1/users", {
      data: { name: "Ada Agent", email: theirs, password, role: "agent" },
    });
    expect(added.status()).toBe(201);
  };
  return { name, email, password, office, colleague: another };
}

/** Waits until the palette highlights this: Enter takes it, and what is merely shown it does not. */
export async function highlighted(page: Page, name: RegExp): Promise<void> {
  await expect(
    page.getByRole("option", { name }).and(page.locator("[data-combobox-selected]")),
  ).toBeVisible();
}

/** A lead of the test's own, so that journeys do not meet on one. Both names are unlike anybody else's. */
export async function newLead(
  office: APIRequestContext,
  family: string,
): Promise<{ id: string; display_name: string }> {
  const answer = await office.post("/api/v1/leads", {
    data: {
      name: { given: "Quentin", family },
      email: `${family.toLowerCase()}@mail.example`,
      phone: `(217) 555-0${100 + Math.floor(Math.random() * 899)}`,
      line_of_business: "auto",
      source: "referral",
      if_known: "anyway",
    },
  });
  expect(answer.status()).toBe(201);
  return (await answer.json()) as { id: string; display_name: string };
}

/** From the list to a lead's page: by way of the panel beside the list, for which a telephone has no room. */
export async function openFromList(page: Page, family: string): Promise<void> {
  await page.getByRole("row", { name: new RegExp(family) }).click();
  if (page.viewportSize()!.width > 900) await page.getByRole("link", { name: "Open page" }).click();
}

/** A family name that is there once. */
export function unique(): string {
  return `Q${Array.from({ length: 9 }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join("")}`;
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Waits until nothing fades or slides in any more: half faded, every text is too faint. What turns for ever may turn. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (;;) {
      // What is shown begins to fade in a frame or two after it is there.
      for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
      const moving = document
        .getAnimations()
        .filter(
          (each) => each.playState === "running" && each.effect?.getComputedTiming().endTime !== Infinity,
        );
      if (moving.length === 0) return;
      await Promise.allSettled(moving.map(({ finished }) => finished));
    }
  });
}

/** What axe finds wrong on the page once it is still: WCAG 2.0 to 2.2 A and AA, and best practice. */
export async function violations(page: Page): Promise<string[]> {
  await settled(page);
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof Axe };
    const found = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return found.violations.map(
      (each) =>
        `${each.id}: ${each.nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary}`).join(" | ")}`,
    );
  });
}

/** That the page is as clean on a telephone, and nothing is cut off there. */
export async function fitsATelephone(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await violations(page), "on a telephone").toEqual([]);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    "cut off on a telephone",
  ).toBeLessThanOrEqual(0);
}

/** A second browser, of somebody else. */
export async function elsewhere(browser: Browser): Promise<Page> {
  return (await browser.newContext()).newPage();
}
