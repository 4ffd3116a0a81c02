import { locale } from "../ui/locale";

/** Entries of one day of the agency. */
export interface Day<T> {
  /** `2027-03-15`, in the agency's zone. */
  date: string;
  entries: T[];
}

/** Entries by the day on which they happened in the zone, in the order in which they come. */
export function byDay<T extends { occurred_at: string }>(entries: readonly T[], zone: string): Day<T>[] {
  const dateOf = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
  const days: Day<T>[] = [];
  for (const entry of entries) {
    const date = dateOf.format(new Date(entry.occurred_at));
    const last = days.at(-1);
    if (last?.date === date) last.entries.push(entry);
    else days.push({ date, entries: [entry] });
  }
  return days;
}

/** A day as a heading: `Today`, `Yesterday`, `Tuesday, March 3`; with its year where that is another. */
export function dayTitle(date: string, zone: string, now: number): string {
  const dateOf = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
  if (date === dateOf.format(now)) return "Today";
  if (date === dateOf.format(now - 86_400_000)) return "Yesterday";
  const sameYear = date.slice(0, 4) === dateOf.format(now).slice(0, 4);
  return new Intl.DateTimeFormat(locale(), {
    weekday: "long",
    month: "long",
    day: "numeric",
    ...(sameYear ? {} : { year: "numeric" }),
    timeZone: "UTC",
  }).format(new Date(`${date}T00:00:00Z`));
}

/** The time of day in the zone: `2:15 PM`. */
export function timeOfDay(iso: string, zone: string): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: "short", timeZone: zone }).format(new Date(iso));
}
