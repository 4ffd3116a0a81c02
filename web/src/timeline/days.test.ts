import { expect, it } from "vitest";
import { byDay, dayTitle } from "./days";

const at = (occurred_at: string) => ({ occurred_at });

it("separates days where the agency's day ends, not UTC's", () => {
  const days = byDay(
    [at("2026-03-03T05:59:00Z"), at("2026-03-03T06:01:00Z"), at("2026-03-02T23:00:00Z")].toSorted((a, b) =>
      b.occurred_at.localeCompare(a.occurred_at),
    ),
    "America/Chicago",
  );
  expect(days.map(({ date, entries }) => [date, entries.length])).toEqual([
    ["2026-03-03", 1],
    ["2026-03-02", 2],
  ]);
});

it("calls a day as people do", () => {
  const now = Date.parse("2026-03-03T03:00:00Z");
  expect(dayTitle("2026-03-02", "America/Chicago", now)).toBe("Today");
  expect(dayTitle("2026-03-01", "America/Chicago", now)).toBe("Yesterday");
  expect(dayTitle("2026-02-24", "America/Chicago", now)).toBe("Tuesday, February 24");
  expect(dayTitle("2025-12-31", "America/Chicago", now)).toBe("Wednesday, December 31, 2025");
});
