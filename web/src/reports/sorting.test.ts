import { describe, expect, it } from "vitest";
import type { Row } from "./queries";
import { pressed, sorted } from "./sorting";

const row = (label: string, count: number, median: number | null): Row => ({
  key: label,
  label,
  count,
  median_seconds: median,
  p90_seconds: median,
});
const rows = [row("Ben", 2, 50), row("Zoe", 0, null), row("Ana", 2, 70)];
const names = (found: Row[]) => found.map(({ label }) => label);

describe("sorted", () => {
  it("puts what has no value last, up and down", () => {
    expect(names(sorted(rows, { by: "median", descending: true }))).toEqual(["Ana", "Ben", "Zoe"]);
    expect(names(sorted(rows, { by: "median", descending: false }))).toEqual(["Ben", "Ana", "Zoe"]);
  });

  it("puts equal ones in order of their names, up and down", () => {
    expect(names(sorted(rows, { by: "count", descending: true }))).toEqual(["Ana", "Ben", "Zoe"]);
    expect(names(sorted(rows, { by: "count", descending: false }))).toEqual(["Zoe", "Ana", "Ben"]);
  });
});

describe("pressed", () => {
  it("turns the same column round; begins names with A and numbers with the largest", () => {
    expect(pressed({ by: "count", descending: true }, "count")).toEqual({ by: "count", descending: false });
    expect(pressed({ by: "count", descending: true }, "label")).toEqual({ by: "label", descending: false });
    expect(pressed({ by: "label", descending: false }, "p90")).toEqual({ by: "p90", descending: true });
  });
});
