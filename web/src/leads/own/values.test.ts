import { expect, it } from "vitest";
import type { LeadField } from "../../api/schema";
import { entered, has, shown, tagsIn, written } from "./values";

it("shows values as people read them", () => {
  expect(shown("money", 125_050, "USD")).toBe("$1,250.50");
  expect(shown("number", 1200.5, "USD")).toBe("1,200.5");
  expect(shown("date", "2027-03-15", "USD")).toContain("2027");
  expect(shown("yes_no", false, "USD")).toBe("No");
  expect(shown("choice", "tile", "USD")).toBe("tile");
  expect(shown("text", undefined, "USD")).toBeNull();
});

it.each([
  ["money", 125_050, "1250.50"],
  ["yes_no", true, "yes"],
  ["date", "2027-03-15", "2027-03-15"],
  ["text", "blue", "blue"],
] as const)("enters a %s as it was", (kind, value, text) => {
  expect(written(kind, value)).toBe(text);
  expect(entered(kind, text)).toBe(value);
});

it("takes amounts as they are written, and leaves to the service what is none", () => {
  expect(entered("money", "$1,250.5")).toBe(125_050);
  expect(entered("money", "much")).toBe("much");
  expect(entered("number", " 12 ")).toBe("12");
  expect(entered("text", "  ")).toBeNull();
});

it("parts tags at commas, each once", () => {
  expect(tagsIn(" VIP, hot  lead,,VIP ")).toEqual(["VIP", "hot lead"]);
});

it("shows a lead the fields of its line, and what is known already", () => {
  const field = { key: "roof", line_of_business: "home", retired: false } as LeadField;
  expect(has(field, { line_of_business: "home", fields: {} })).toBe(true);
  expect(has(field, { line_of_business: "auto", fields: {} })).toBe(false);
  expect(has(field, { line_of_business: "auto", fields: { roof: "tile" } })).toBe(true);
  expect(has({ ...field, retired: true }, { line_of_business: "home", fields: {} })).toBe(false);
});
