import { day } from "../ui/format";

/** Days, both within, `2026-03-01`. */
export interface Period {
  from: string;
  to: string;
}

/** The periods that are offered by name. Each is said as days, so that an address means the same tomorrow. */
export const PRESETS = {
  "last-7": "Last 7 days",
  "last-30": "Last 30 days",
  "last-90": "Last 90 days",
  "this-month": "This month",
  "last-month": "Last month",
  "this-year": "This year",
} as const;

export type Preset = keyof typeof PRESETS;

/** Today's date in a zone. */
export function todayIn(zone: string, now: number = Date.now()): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(now);
}

/** A calendar day so many days later. */
export function plusDays(iso: string, days: number): string {
  return new Date(Date.parse(`${iso}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The days of a named period. */
export function periodOf(preset: Preset, today: string): Period {
  const month = today.slice(0, 7);
  switch (preset) {
    case "last-7":
      return { from: plusDays(today, -6), to: today };
    case "last-30":
      return { from: plusDays(today, -29), to: today };
    case "last-90":
      return { from: plusDays(today, -89), to: today };
    case "this-month":
      return { from: `${month}-01`, to: today };
    case "last-month": {
      const last = plusDays(`${month}-01`, -1);
      return { from: `${last.slice(0, 7)}-01`, to: last };
    }
    case "this-year":
      return { from: `${today.slice(0, 4)}-01-01`, to: today };
  }
}

/** The name of a period, where it has one today. */
export function presetOf({ from, to }: Period, today: string): Preset | null {
  const found = (Object.keys(PRESETS) as Preset[]).find((preset) => {
    const period = periodOf(preset, today);
    return period.from === from && period.to === to;
  });
  return found ?? null;
}

/** A period in words. */
export function periodInWords(period: Period, today: string): string {
  const preset = presetOf(period, today);
  if (preset) return PRESETS[preset];
  return period.from === period.to ? day(period.from) : `${day(period.from)} – ${day(period.to)}`;
}
