import { locale } from "../../ui/locale";

/** How a return is counted from an X-date. */
export interface Before {
  days: number;
  /** Every how many months that policy renews. */
  months: 6 | 12;
}

/** The first day after `after` that is so many days before an X-date, or before a renewal of that policy. */
export function dayBefore(xDate: string, { days, months }: Before, after: string): string {
  for (let term = 0; ; term++) {
    const found = new Date(renewal(xDate, term * months).getTime() - days * 86_400_000)
      .toISOString()
      .slice(0, 10);
    if (found > after) return found;
  }
}

/** The same day so many months later; the last of a month that has none such. */
function renewal(xDate: string, months: number): Date {
  const [year, month, day] = xDate.split("-").map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, last)));
}

/** The day it is in a zone. */
export const todayIn = (zone: string): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(new Date());

const NEARLY_A_YEAR = 330;

/** A day ahead in few words: `Mar 3`, and with its year where that is not plain. */
export function shortDay(iso: string, now: number = Date.now()): string {
  const at = new Date(`${iso}T00:00:00Z`);
  const far = at.getTime() - now > NEARLY_A_YEAR * 86_400_000;
  return new Intl.DateTimeFormat(locale(), {
    month: "short",
    day: "numeric",
    timeZone: "UTC",
    ...(far && { year: "numeric" }),
  }).format(at);
}
