import { locale } from "../ui/locale";

/** A week's first day, shortly: `Mar 2`. */
export function shortDay(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { month: "short", day: "numeric", timeZone: "UTC" }).format(
    new Date(`${iso}T00:00:00Z`),
  );
}
