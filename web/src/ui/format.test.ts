import { describe, expect, it } from "vitest";
import { ago, day, daysUntil, duration, initials, moment, phone } from "./format";

describe("format", () => {
  it("says a duration in the two units that matter", () => {
    expect([0, 0.4, 45, 60, 95, 3600, 3660, 90_000, 86_400 * 12 + 7200].map(duration)).toEqual([
      "0 s",
      "0 s",
      "45 s",
      "1 min",
      "1 min 35 s",
      "1 h",
      "1 h 1 min",
      "1 d 1 h",
      "12 d",
    ]);
  });

  it("writes US numbers as people do, others as they are", () => {
    expect(phone("+15125550142")).toBe("(512) 555-0142");
    expect(phone("+493012345")).toBe("+493012345");
  });

  it("shows a moment in the agency's zone, and a day in none", () => {
    expect(moment("2026-03-15T04:30:00Z", "America/Chicago")).toContain("Mar 14, 2026");
    expect(day("2027-03-15")).toBe("Mar 15, 2027");
  });

  it("counts days by the calendar of the zone, not by hours", () => {
    const today = new Intl.DateTimeFormat("en-CA", { timeZone: "Pacific/Kiritimati" }).format(new Date());
    expect(daysUntil(today, "Pacific/Kiritimati")).toBe(0);
    // A whole day apart at every hour; zones further apart are two days apart for an hour of each day.
    const west = new Intl.DateTimeFormat("en-CA", { timeZone: "Pacific/Honolulu" }).format(new Date());
    expect(daysUntil(west, "Pacific/Kiritimati")).toBe(-1);
  });

  it("says how long ago, and names the year of what is older", () => {
    const now = Date.parse("2026-11-24T12:00:00Z");
    const said = (iso: string) => ago(iso, "America/Chicago", now);
    expect(said("2026-11-24T11:59:30Z")).toBe("just now");
    expect(said("2026-11-24T11:20:00Z")).toBe("40 min ago");
    expect(said("2026-11-23T11:00:00Z")).toBe("yesterday");
    expect(said("2026-11-19T11:00:00Z")).toBe("5 days ago");
    expect(said("2026-06-01T03:00:00Z")).toBe("May 31");
    expect(said("2025-06-01T12:00:00Z")).toBe("Jun 1, 2025");
  });

  it("takes initials from names and addresses", () => {
    expect(["Maria Delgado", "Cher", "a.b@c.example", "", "Änne von Kruse"].map(initials)).toEqual([
      "MD",
      "C",
      "AE",
      "?",
      "ÄK",
    ]);
  });
});
