import { expect, it } from "vitest";
import type { Absence } from "../api/schema";
import { awayAt } from "../directory/away";
import { hoursInWords, languageName, mayKeepWork, stretchesOf, weekOf } from "./words";

const nineToFive = [0, 1, 2, 3, 4].map((weekday) => ({ weekday, start: "09:00", end: "17:00" }));

it("says hours as people do, days in a row as one", () => {
  expect(hoursInWords([])).toBe("At any hour");
  expect(hoursInWords(nineToFive)).toBe("Mon–Fri 09:00–17:00");
  const more = [...nineToFive.slice(0, 4), { weekday: 4, start: "09:00", end: "12:00" }];
  expect(hoursInWords([...more, { weekday: 4, start: "13:00", end: "15:00" }, { weekday: 6, start: "10:00", end: "24:00" }])).toBe(
    "Mon–Thu 09:00–17:00, Fri 09:00–12:00 and 13:00–15:00, Sun 10:00–24:00",
  ); // prettier-ignore
});

it("makes a week of hours and hours of a week", () => {
  expect(weekOf(nineToFive).friday).toEqual([{ opens: "09:00", closes: "17:00" }]);
  expect(weekOf(nineToFive).sunday).toEqual([]);
  expect(stretchesOf(weekOf(nineToFive))).toEqual(nineToFive);
});

it("calls languages by their names, and what is none as it is written", () => {
  expect(["es", "yue", "not a language"].map(languageName)).toEqual([
    "Spanish",
    "Cantonese",
    "not a language",
  ]);
});

const absence = (user_id: string, starts_at: string, ends_at: string) =>
  ({ user_id, starts_at, ends_at }) as Absence;

it("tells who is away at a moment, and until when at the latest", () => {
  const known = [
    absence("ann", "2026-11-01T00:00:00Z", "2026-11-05T00:00:00Z"),
    absence("ann", "2026-11-02T00:00:00Z", "2026-11-09T00:00:00Z"),
    absence("ben", "2026-11-04T00:00:00Z", "2026-11-05T00:00:00Z"),
  ];
  const on = (day: string) => [...awayAt(known, Date.parse(`${day}T00:00:00Z`))];
  expect(on("2026-11-03").map(([who, { ends_at }]) => [who, ends_at])).toEqual([
    ["ann", "2026-11-09T00:00:00Z"],
  ]);
  expect(on("2026-11-04").map(([who]) => who)).toEqual(["ann", "ben"]);
  expect(on("2026-11-09")).toEqual([]);
});

it("hides what somebody may not keep", () => {
  const teams = [
    { id: "north", branch_id: "b", lead_ids: ["mia"] },
    { id: "south", branch_id: "b", lead_ids: [] },
    { id: "west", branch_id: null, lead_ids: ["mia"] },
    { id: "east", branch_id: null, lead_ids: [] },
  ];
  const mia = { id: "mia", role: "manager" as const, team_ids: ["north", "west"] };
  const keeps = (me: Parameters<typeof mayKeepWork>[0], ...team_ids: string[]) =>
    mayKeepWork(me, { id: "ann", team_ids }, teams);
  expect(keeps(mia, "north")).toBe(true);
  expect(keeps(mia, "south")).toBe(true);
  expect(keeps(mia, "east")).toBe(false);
  expect(keeps({ ...mia, role: "agent" }, "north")).toBe(false);
  expect(keeps({ ...mia, role: "agent", id: "ann" })).toBe(true);
  expect(keeps({ ...mia, role: "admin" })).toBe(true);
});
