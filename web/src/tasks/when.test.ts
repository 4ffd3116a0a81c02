import { expect, it } from "vitest";
import { daysOn, dueInWords, todayIn } from "./when";

it("knows the agency’s day, not the browser’s", () => {
  const now = Date.parse("2027-03-16T03:00:00Z");
  expect(todayIn("America/Chicago", now)).toBe("2027-03-15");
  expect(todayIn("Asia/Tokyo", now)).toBe("2027-03-16");
});

it("counts days over the ends of months and years", () => {
  expect(daysOn("2027-02-28", 1)).toBe("2027-03-01");
  expect(daysOn("2026-12-31", 7)).toBe("2027-01-07");
});

const due = (due_on: string, due_time: string | null = null) =>
  dueInWords({ due_on, due_time }, "2027-03-15");

it("says when a task is due as people do", () => {
  expect(due("2027-03-15")).toBe("Today");
  expect(due("2027-03-16", "14:30")).toMatch(/^Tomorrow, 2:30\sPM$/);
  expect(due("2027-03-14")).toBe("Yesterday");
  expect(due("2027-03-22")).toBe("Mon, Mar 22");
  expect(due("2028-01-03")).toBe("Mon, Jan 3, 2028");
});
