import { locale } from "./locale";

/** A telephone number in E.164 as people in its country write it; others as they are. */
export function phone(e164: string): string {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return us ? `(${us[1]}) ${us[2]}-${us[3]}` : e164;
}

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const;

/** Seconds in the two largest units that matter: `3 d 4 h`, `12 min`, `45 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const at = UNITS.findIndex(([, size]) => whole >= size);
  if (at === -1) return "0 s";
  const [unit, size] = UNITS[at]!;
  const count = Math.floor(whole / size);
  const next = UNITS[at + 1];
  const rest = next ? Math.floor((whole - count * size) / next[1]) : 0;
  return next && rest > 0 && count < 10 ? `${count} ${unit} ${rest} ${next[0]}` : `${count} ${unit}`;
}

/** Seconds as people say how long something lasted: whole days, and of less than one what matters of it. */
export function lasting(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  if (days === 0) return duration(seconds);
  return days === 1 ? "1 day" : `${days} days`;
}

/** Bytes as people say them: `840 B`, `12 kB`, `3.4 MB`. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${value < 10 ? value.toFixed(1).replace(/\.0$/, "") : Math.round(value)} ${unit}`;
}

/** An amount as far as it matters at a glance: `$940`, `$12.4K`. */
export const briefly = ({ minor, currency }: { minor: number; currency: string }): string =>
  new Intl.NumberFormat(locale(), {
    style: "currency",
    currency,
    notation: "compact",
    maximumFractionDigits: minor < 100_000 ? 0 : 1,
    minimumFractionDigits: 0,
  }).format(minor / 100);

/** `first_touch` as words. */
export function words(name: string): string {
  const spaced = name.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** A calendar day (`2027-03-15`), which is in no zone. */
export function day(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" }).format(
    new Date(`${iso}T00:00:00Z`),
  );
}

/** Days from today, in the zone, to a calendar day; negative if it is past. */
export function daysUntil(iso: string, zone: string): number {
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(new Date());
  return Math.round((Date.parse(`${iso}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / 86_400_000);
}

/** A moment in full, in the zone. */
export function moment(iso: string, zone: string): string {
  return new Intl.DateTimeFormat(locale(), {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: zone,
  }).format(new Date(iso));
}

/** What the clocks of a zone show at a moment in milliseconds: `9:41 PM`. */
export function clock(at: number, zone: string): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: "short", timeZone: zone }).format(at);
}

/** How long ago, as people say it: `now`, `5 min ago`, `yesterday`, `Mar 3`. */
export function ago(iso: string, zone: string, now: number = Date.now()): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (seconds < -60) return moment(iso, zone);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  if (days === 1) return "yesterday";
  if (days < 14) return `${days} days ago`;
  const sameYear = new Date(iso).getUTCFullYear() === new Date(now).getUTCFullYear();
  return new Intl.DateTimeFormat(locale(), {
    month: "short",
    day: "numeric",
    ...(sameYear ? {} : { year: "numeric" }),
    timeZone: zone,
  }).format(new Date(iso));
}

/** One or two letters for a name. */
export function initials(name: string): string {
  const parts = name.split(/[\s@.]+/).filter(Boolean);
  return ((parts[0]?.[0] ?? "?") + (parts.length > 1 ? (parts.at(-1)?.[0] ?? "") : "")).toUpperCase();
}
