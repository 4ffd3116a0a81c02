import { describe, expect, it } from "vitest";
import { bandOf, bandText, readReportSearch } from "./search";

describe("readReportSearch", () => {
  it("takes what it knows and leaves the rest out", () => {
    const raw = {
      report: "response-times",
      from: "2026-03-01",
      to: "soon",
      by: "team",
      key: 7,
      band: "60-",
      x: 1,
    };
    expect(readReportSearch(raw)).toEqual({
      report: "response-times",
      from: "2026-03-01",
      by: "team",
      key: "7",
      band: "60-",
    });
  });

  it("leaves out what is so anyway, days that there are not, and parts that are none", () => {
    const raw = { report: "conversion-times", by: "agent", from: "2026-13-01", key: "", band: "-60" };
    expect(readReportSearch(raw)).toEqual({});
  });
});

describe("bandOf", () => {
  it.each([
    ["0-60", { from: 0, to: 60 }],
    ["86400-", { from: 86_400, to: null }],
  ])("reads %s, and it is written the same", (text, band) => {
    expect(bandOf(text)).toEqual(band);
    expect(bandText(band)).toBe(text);
  });
});
