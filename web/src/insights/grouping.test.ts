import { describe, expect, it } from "vitest";
import { grouped } from "./grouping";
import type { Insight } from "../api/schema";
import { anInsight } from "../test/insight";

const insight = (
  kind: Insight["kind"],
  value: string,
  said_at: string,
  id = `${kind} ${value} ${said_at}`,
): Insight => anInsight({ id, kind, value, said_at, person_id: "p", lead_id: "l" });

const told = (insights: Insight[]) =>
  grouped(insights).map(({ kind, standing, superseded }) => [
    kind,
    standing.map(({ value }) => value),
    superseded.map(({ value }) => value),
  ]);

describe("insights by what they tell", () => {
  it("let a later value take the place of an earlier one", () => {
    expect(
      told([
        insight("premium", "124000 USD", "2026-03-01T10:00:00Z"),
        insight("x_date", "2026-04-01", "2026-01-01T10:00:00Z"),
        insight("x_date", "2026-05-01", "2026-03-01T10:00:00Z"),
      ]),
    ).toEqual([
      ["x_date", ["2026-05-01"], ["2026-04-01"]],
      ["premium", ["124000 USD"], []],
    ]);
  });

  it("keep every objection, and each once", () => {
    expect(
      told([
        insight("objection", "too expensive", "2026-01-01T10:00:00Z"),
        insight("objection", "needs to think", "2026-02-01T10:00:00Z"),
        insight("objection", "too expensive", "2026-03-01T10:00:00Z"),
      ]),
    ).toEqual([["objection", ["too expensive", "needs to think"], ["too expensive"]]]);
  });
});
