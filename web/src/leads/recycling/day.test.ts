import { describe, expect, it } from "vitest";
import { dayBefore, shortDay } from "./day";

describe("the day on which a lead comes back", () => {
  // As the service counts it: services/leads/tests/test_recycling.py.
  it.each([
    ["2027-06-01", 45, 12, "2027-04-17"],
    ["2026-06-01", 45, 12, "2027-04-17"],
    ["2026-06-01", 45, 6, "2027-04-17"],
    ["2026-08-31", 0, 6, "2027-02-28"],
    ["2026-12-20", 45, 12, "2027-11-05"],
    ["2026-12-20", 45, 6, "2027-05-06"],
    ["2024-02-29", 0, 12, "2027-02-28"],
    ["2026-11-30", 0, 12, "2026-11-30"],
    ["2026-11-29", 0, 12, "2027-11-29"],
  ] as const)("of %s, %s days before, every %s months, is %s", (xDate, days, months, expected) => {
    expect(dayBefore(xDate, { days, months }, "2026-11-29")).toBe(expected);
  });
});

it("names its year where it is far", () => {
  const now = Date.parse("2026-11-29T12:00:00Z");
  expect(shortDay("2027-03-03", now)).toBe("Mar 3");
  expect(shortDay("2027-11-05", now)).toBe("Nov 5, 2027");
});
