import { describe, expect, it } from "vitest";
import type { LeadField } from "../api/schema";
import { fieldInWords, moves, readAs, rowsInWords } from "./fields";

describe("how a file was read", () => {
  it.each([
    [{ kind: "csv", encoding: "utf-8", delimiter: ";" }, "UTF-8, separated by semicolons"],
    [{ kind: "csv", encoding: "windows-1252", delimiter: "\t" }, "Windows-1252, separated by tabs"],
    [{ kind: "xlsx", encoding: "utf-8", delimiter: "," }, "an Excel workbook"],
  ])("%j", (file, words) => {
    expect(readAs(file)).toBe(words);
  });
});

describe("rows and states", () => {
  it("counts one row as one", () => {
    expect([rowsInWords(1), rowsInWords(2000)]).toEqual(["1 row", "2,000 rows"]);
  });
  it("asks again only while something happens", () => {
    expect(
      ["checking", "running", "undoing", "done", "planned"].map((each) => moves(each as "done")),
    ).toEqual([true, true, true, false, false]);
  });
});

it("calls a field as it is called elsewhere, the agency's own among them", () => {
  const own = [{ key: "roof_age", label: "Age of the roof" } as LeadField];
  expect(["x_date", "fields.roof_age", "fields.gone"].map((each) => fieldInWords(each, own))).toEqual([
    "X-date",
    "Age of the roof",
    "fields.gone",
  ]);
});
