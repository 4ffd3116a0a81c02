import type { Accent, Agency, OpenHours, Weekday } from "../../api/schema";
import { words } from "../../ui/format";

export const WEEKDAYS: readonly Weekday[] = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

/** The colours by which an agency may be known, and what they look like on white. */
export const ACCENTS: readonly { accent: Accent; colour: string }[] = [
  { accent: "garden", colour: "#1f6a43" },
  { accent: "ocean", colour: "#1d5b94" },
  { accent: "indigo", colour: "#4646a3" },
  { accent: "plum", colour: "#7a3a74" },
  { accent: "brick", colour: "#9a3b20" },
  { accent: "slate", colour: "#44525c" },
];

/** What people may be kept for, in months; null: for good. */
export const MONTHS: readonly (number | null)[] = [null, 6, 12, 24, 36, 60, 84, 120];

/** A number of months as people say it. */
export function monthsInWords(months: number | null): string {
  if (months === null) return "Kept for good";
  if (months % 12 !== 0) return months === 1 ? "1 month" : `${months} months`;
  return months === 12 ? "1 year" : `${months / 12} years`;
}

/** All time zones that the browser knows, with the one that is set, whatever it is. */
export function zonesWith(...set: (string | null)[]): string[] {
  const known = new Set(["UTC", ...Intl.supportedValuesOf("timeZone")]);
  for (const zone of set) if (zone !== null) known.add(zone);
  return [...known].toSorted();
}

type Week = Agency["business_hours"];

/** Another stretch on a day: after the last, as long as the day has room; from nine to five on a day that was closed. */
export function anotherStretch(hours: readonly OpenHours[]): OpenHours[] {
  const last = hours.at(-1);
  if (!last) return [{ opens: "09:00", closes: "17:00" }];
  const opens = hourAfter(last.closes);
  return [...hours, { opens, closes: hourAfter(opens) }];
}

const hourAfter = (time: string): string =>
  `${String(Math.min(Number(time.slice(0, 2)) + 1, 23)).padStart(2, "0")}:${time.slice(3)}`;

/** Monday's hours on every day from Monday to Friday. */
export function asOnMonday(week: Week): Week {
  const workdays = WEEKDAYS.slice(0, 5).map((day) => [day, week.monday ?? []]);
  return { ...week, ...(Object.fromEntries(workdays) as Week) };
}

/** A day's hours as people say them: `09:00 to 12:00 and 13:00 to 17:00`, `closed`. */
export function hoursInWords(hours: readonly OpenHours[]): string {
  return hours.length === 0
    ? "closed"
    : hours.map(({ opens, closes }) => `${opens} to ${closes}`).join(" and ");
}

/** What a form changed: only that is sent, so that two people may change two things at once. */
export function changesOf<T extends object>(before: T, after: T): Partial<T> {
  const names = Object.keys(after) as (keyof T)[];
  return Object.fromEntries(
    names
      .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      .map((name) => [name, after[name]]),
  ) as Partial<T>;
}

export const dayName = (day: Weekday): string => words(day);

/** By which pointers the service says what is wrong with a week's hours: at its day each is said. */
export const pointersOf = (week: Week): string[] =>
  Object.entries(week).flatMap(([day, hours]) =>
    hours.flatMap((_, place) => ["opens", "closes"].map((end) => `/business_hours/${day}/${place}/${end}`)),
  );
