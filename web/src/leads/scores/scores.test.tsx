import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { Scored, ScoringRules } from "../../api/schema";
import { defaultsOf, draftOf, pointsIn, saidBy, wrongIn } from "./draft";
import { difference, Reasons } from "./Reasons";
import { Rules } from "./Rules";

const reason = (key: string, points: number, words: string) => ({
  key,
  part: "fit" as const,
  points,
  words,
});

const scored = (number: number, score: number, reasons: Scored["reasons"]): Scored => ({
  number,
  score,
  previous_score: number === 1 ? null : 40,
  fit: score,
  behaviour: 0,
  reasons,
  engine: "rules",
  engine_version: "1",
  rules_number: 0,
  as_of: "2026-03-16T15:00:00Z",
});

const RULES: ScoringRules = {
  number: 3,
  signals: [
    { key: "base", part: "fit", words: "Where every lead begins", points: 20, default: 20 },
    { key: "replied", part: "behaviour", words: "Wrote to us", points: 30, default: 10 },
  ],
  sources: { referral: 15 },
  default_sources: { referral: 15, "purchased list": -5 },
  campaigns: {},
  lines: {},
  fields: [],
  run: null,
};

const FIRST = scored(1, 40, [reason("base", 20, "Where every lead begins"), reason("fresh", 20, "New")]);
const NOW = scored(2, 15, [
  reason("base", 20, "Where every lead begins"),
  reason("objection", -5, "Has an objection: price"),
]);

let answer: () => Response;
let sent: { path: string; match: string | null; body: unknown }[];

beforeEach(() => {
  Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path } = new URL(request.url);
    if (request.method === "GET" && path === "/api/v1/scores") return answer();
    if (request.method === "GET") return Response.json({ items: [], next_cursor: null });
    sent.push({ path, match: request.headers.get("If-Match"), body: await request.json() });
    return Response.json(
      path.endsWith("preview") ? { leads: 0, changed: 0, bands: [], examples: [] } : { ...RULES, number: 4 },
    );
  });
});
afterEach(() => vi.unstubAllGlobals());

const show = (what: React.ReactNode) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>{what}</QueryClientProvider>
    </MantineProvider>,
  );

it("a lead's reasons are told with their points, for it and against it in words", async () => {
  answer = () => Response.json({ lead_id: "a", ended: false, current: NOW, history: [NOW, FIRST] });
  show(<Reasons leadId="a" />);
  const part = await screen.findByRole("region", { name: "Score" });
  const told = await within(part).findAllByRole("listitem");
  expect(told.map((each) => each.textContent)).toEqual([
    "for it +20Where every lead begins",
    "against it −5Has an objection: price",
  ]);
  await userEvent.click(within(part).getByRole("button", { name: "How it changed" }));
  expect(part.textContent).toContain("40 → 15");
});

it("a lead of which nothing is known yet is scored in a moment", async () => {
  answer = () => Response.json({ title: "Not found", status: 404, detail: "no" }, { status: 404 });
  show(<Reasons leadId="a" />);
  expect(await screen.findByText(/Not scored yet/)).toBeTruthy();
});

it("a change says what came and what is no more", () => {
  expect(difference(NOW, FIRST)).toBe("Has an objection: price −5, no more: New");
  expect(difference(FIRST, undefined)).toBe("");
});

it("points are written, checked and sent under the rules' number", async () => {
  const user = userEvent.setup();
  show(<Rules rules={RULES} />);
  expect((screen.getByRole("button", { name: "Save" }) as HTMLButtonElement).disabled).toBe(true);
  const replied = screen.getByRole("textbox", { name: "Points for Wrote to us" });
  await user.clear(replied);
  await user.type(replied, "x");
  expect(screen.getByText(/whole numbers/)).toBeTruthy();
  await user.clear(replied);
  await user.type(replied, "-7");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toEqual({
    path: "/api/v1/scores/rules",
    match: '"3"',
    body: {
      points: { base: 20, replied: -7 },
      sources: { referral: 15 },
      campaigns: {},
      lines: {},
      fields: [],
    },
  });
});

it("a draft knows its defaults, and what is wrong with it", () => {
  expect(wrongIn(draftOf(RULES))).toBe(null);
  expect(saidBy(defaultsOf(RULES), new Map()).points).toEqual({ base: 20, replied: 10 });
  expect([pointsIn("−5"), pointsIn("101"), pointsIn("1.5"), pointsIn("")]).toEqual([-5, null, null, null]);
  const field = { id: 0, key: "owns", op: "is" as const, value: "yes", points: "4", words: "Owns it" };
  const draft = { ...draftOf(RULES), fields: [field] };
  expect(saidBy(draft, new Map([["owns", "yes_no"]])).fields![0]!.value).toBe(true);
  expect(wrongIn({ ...draft, fields: [{ ...field, words: "" }] })).toMatch(/in which words/);
});
