import { expect, it } from "vitest";
import { dateInWords, greeting } from "./greeting";

it.each([
  ["2026-11-24T09:59:00Z", "Good evening, Olivia"],
  ["2026-11-24T10:00:00Z", "Good morning, Olivia"],
  ["2026-11-24T17:59:00Z", "Good morning, Olivia"],
  ["2026-11-24T18:00:00Z", "Good afternoon, Olivia"],
  ["2026-11-25T00:00:00Z", "Good evening, Olivia"],
])("greets at %s in Chicago: %s", (at, words) => {
  expect(greeting("Olivia Hart", "America/Chicago", Date.parse(at))).toBe(words);
});

it("says the agency's date, whatever it is elsewhere", () => {
  expect(dateInWords("America/Chicago", Date.parse("2026-11-25T03:00:00Z"))).toBe("Tuesday, November 24");
});
