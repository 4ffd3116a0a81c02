import { describe, expect, it, vi } from "vitest";
import type { Insight, Lead } from "../api/schema";
import { anInsight } from "../test/insight";
import { actOn, fewOf, notWorkedSince, whose } from "./queries";

const insight = (kind: Insight["kind"], value: string, lead: string | null, said = "2026-11-20"): Insight =>
  anInsight({
    id: `${kind} ${value} ${lead} ${said}`,
    kind,
    value,
    lead_id: lead,
    said_at: `${said}T12:00:00Z`,
  });

const lead = (id: number, forgotten: string | null = null) =>
  ({ id: `${id}`, forgotten_at: forgotten }) as Partial<Lead> as Lead;

const values = (insights: Insight[]) => actOn(insights, "America/Chicago").map(({ value }) => value);

describe("actOn", () => {
  it("takes X-dates of the next sixty days, and not those that are past or far", () => {
    vi.useFakeTimers({ now: Date.parse("2026-11-24T15:00:00Z"), toFake: ["Date"] });
    expect(
      values([
        insight("x_date", "2026-11-23", "a"),
        insight("x_date", "2026-11-24", "b"),
        insight("x_date", "2027-01-23", "c"),
        insight("x_date", "2027-01-24", "d"),
      ]),
    ).toEqual(["2026-11-24", "2027-01-23"]);
    vi.useRealTimers();
  });

  it("takes of one person the last that was said, and nothing of nobody", () => {
    expect(
      values([
        insight("next_step", "send quote", "a", "2026-11-01"),
        insight("next_step", "call back", "a", "2026-11-20"),
        insight("next_step", "send papers", "b", "2026-11-10"),
        insight("next_step", "nobody's", null),
      ]),
    ).toEqual(["call back", "send papers"]);
  });
});

describe("fewOf", () => {
  it("takes the first six, and nobody who was forgotten", () => {
    const leads = [lead(1, "2026-11-20T12:00:00Z"), ...[2, 3, 4, 5, 6, 7, 8].map((id) => lead(id))];
    expect(fewOf(leads).map(({ id }) => id)).toEqual(["2", "3", "4", "5", "6", "7"]);
  });
});

describe("whose", () => {
  it("names each person once: as a client who is one, else as a lead", () => {
    const told = [
      insight("next_step", "call", "b"),
      insight("next_step", "write", "a"),
      insight("x_date", "2026-12-01", "b"),
      { ...insight("next_step", "call", "c"), client_id: "k" },
    ];
    expect(whose(told)).toEqual({ clients: ["k"], leads: ["a", "b"] });
    expect(whose([])).toEqual({ clients: [], leads: [] });
  });
});

const back = (id: string, came: string, rest: Partial<Lead> = {}) =>
  ({ id, came_back_at: came, stage_since: came, last_contacted_at: null, ...rest }) as Lead;

describe("notWorkedSince", () => {
  it("leaves out whom somebody moved or was in touch with since, and begins with the latest", () => {
    const [first, second] = ["2026-11-27T14:00:00Z", "2026-11-28T14:00:00Z"];
    const leads = [
      back("a", first),
      back("b", second, { last_contacted_at: first }),
      back("moved", first, { stage_since: second }),
      back("called", first, { last_contacted_at: second }),
    ];
    expect(notWorkedSince(leads).map(({ id }) => id)).toEqual(["b", "a"]);
  });
});
