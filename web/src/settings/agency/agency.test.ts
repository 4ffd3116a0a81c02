import { describe, expect, it } from "vitest";
import { anotherStretch, asOnMonday, changesOf, hoursInWords, monthsInWords, zonesWith } from "./agency";

const day = (...hours: [string, string][]) => hours.map(([opens, closes]) => ({ opens, closes }));

describe("an agency's settings", () => {
  it("a day that was closed opens from nine to five; another stretch comes after the last", () => {
    expect(anotherStretch([])).toEqual(day(["09:00", "17:00"]));
    expect(anotherStretch(day(["09:00", "12:30"]))).toEqual(day(["09:00", "12:30"], ["13:30", "14:30"]));
    expect(anotherStretch(day(["09:00", "24:00"])).at(-1)).toEqual({ opens: "23:00", closes: "23:00" });
  });

  it("workdays are as on Monday, and the weekend stays", () => {
    const week = {
      monday: day(["08:00", "16:00"]),
      tuesday: [],
      saturday: day(["10:00", "12:00"]),
      sunday: [],
    };
    expect(asOnMonday(week)).toEqual({
      monday: week.monday,
      tuesday: week.monday,
      wednesday: week.monday,
      thursday: week.monday,
      friday: week.monday,
      saturday: week.saturday,
      sunday: [],
    });
  });

  it("only what was changed is sent", () => {
    const before = { name: "Garden", quiet_hours: { begins: "21:00", ends: "08:00" }, display_name: null };
    expect(changesOf(before, { ...before, quiet_hours: { ...before.quiet_hours } })).toEqual({});
    expect(
      changesOf<Record<string, unknown>>(before, { ...before, display_name: "G", quiet_hours: null }),
    ).toEqual({
      display_name: "G",
      quiet_hours: null,
    });
  });

  it("is said in words", () => {
    expect(hoursInWords([])).toBe("closed");
    expect(hoursInWords(day(["09:00", "12:00"], ["13:00", "17:00"]))).toBe(
      "09:00 to 12:00 and 13:00 to 17:00",
    );
    expect([null, 1, 6, 12, 24].map(monthsInWords)).toEqual([
      "Kept for good",
      "1 month",
      "6 months",
      "1 year",
      "2 years",
    ]);
  });

  it("a time zone that the browser does not know can be set still", () => {
    expect(zonesWith("Mars/Olympus", null)).toContain("Mars/Olympus");
    expect(zonesWith(null)).toContain("America/Chicago");
  });
});
