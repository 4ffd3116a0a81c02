import { locale } from "../ui/locale";

/** The day it is in a zone: `2027-03-15`. */
export function todayIn(zone: string, now: number): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(now);
}

/** A calendar day, so many days on. */
export function daysOn(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** What is chosen most: in how many days. */
export const CHOICES = [
  { title: "Today", days: 0 },
  { title: "Tomorrow", days: 1 },
  { title: "In 3 days", days: 3 },
  { title: "Next week", days: 7 },
] as const;

/** When a task is due, as people say it: `Today, 2:30 PM`, `Yesterday`, `Mon, Mar 15`. */
export function dueInWords(
  { due_on: on, due_time: time }: { due_on: string; due_time: string | null },
  today: string,
): string {
  const days = Math.round((Date.parse(`${on}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / 86_400_000);
  const near = { [-1]: "Yesterday", 0: "Today", 1: "Tomorrow" }[days];
  const day =
    near ??
    new Intl.DateTimeFormat(locale(), {
      weekday: "short",
      month: "short",
      day: "numeric",
      ...(on.slice(0, 4) !== today.slice(0, 4) && { year: "numeric" }),
      timeZone: "UTC",
    }).format(new Date(`${on}T00:00:00Z`));
  return time === null ? day : `${day}, ${clockOf(time)}`;
}

/** A time of the day as people write it: `2:30 PM`. */
function clockOf(time: string): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: "short", timeZone: "UTC" }).format(
    new Date(`1970-01-01T${time}:00Z`),
  );
}
