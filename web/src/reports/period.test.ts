import { describe, expect, it } from "vitest";
import { periodInWords, periodOf, plusDays, presetOf, todayIn } from "./period";

describe("todayIn", () => {
  it("is the agency's date, whatever it is elsewhere", () => {
    const late = Date.parse("2026-03-01T03:30:00Z");
    expect(todayIn("America/Chicago", late)).toBe("2026-02-28");
    expect(todayIn("Pacific/Auckland", late)).toBe("2026-03-01");
  });
});

describe("periodOf", () => {
  it.each([
    ["last-7", "2026-03-01", "2026-02-23", "2026-03-01"],
    ["last-30", "2026-03-01", "2026-01-31", "2026-03-01"],
    ["last-90", "2026-03-01", "2025-12-02", "2026-03-01"],
    ["this-month", "2026-03-31", "2026-03-01", "2026-03-31"],
    ["last-month", "2024-03-31", "2024-02-01", "2024-02-29"],
    ["last-month", "2026-01-05", "2025-12-01", "2025-12-31"],
    ["this-year", "2026-03-31", "2026-01-01", "2026-03-31"],
  ] as const)("%s on %s is %s to %s", (preset, today, from, to) => {
    expect(periodOf(preset, today)).toEqual({ from, to });
  });

  it("does not lose a day where clocks change", () => {
    expect(plusDays("2026-03-09", -1)).toBe("2026-03-08");
    expect(plusDays("2026-11-01", 1)).toBe("2026-11-02");
  });
});

describe("a period's name", () => {
  it("is found again, and days without a name are said as days", () => {
    expect(presetOf({ from: "2026-01-31", to: "2026-03-01" }, "2026-03-01")).toBe("last-30");
    expect(presetOf({ from: "2026-01-31", to: "2026-03-01" }, "2026-03-02")).toBeNull();
    expect(periodInWords({ from: "2026-01-05", to: "2026-01-09" }, "2026-03-02")).toBe(
      "Jan 5, 2026 – Jan 9, 2026",
    );
    expect(periodInWords({ from: "2026-01-05", to: "2026-01-05" }, "2026-03-02")).toBe("Jan 5, 2026");
  });
});
