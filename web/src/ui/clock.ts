import { TZDate } from "@date-fns/tz";

/** A moment as a date-time field shows it, in the zone: `2027-03-15T14:30`. */
export function toField(moment: Date, zone: string): string {
  const there = new TZDate(moment.getTime(), zone);
  return (
    `${there.getFullYear()}-${two(there.getMonth() + 1)}-${two(there.getDate())}` +
    `T${two(there.getHours())}:${two(there.getMinutes())}`
  );
}

/** The moment that a date-time field says, read in the zone, as ISO in UTC. Null for what is none. */
export function fromField(entered: string, zone: string): string | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(entered);
  if (!parts) return null;
  const [year, month, day, hour, minute] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const there = new TZDate(year, month - 1, day, hour, minute, zone);
  return new Date(there.getTime()).toISOString();
}

/** What people call the zone: `Central Time`. */
export function zoneName(zone: string): string {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    timeZoneName: "longGeneric",
  }).formatToParts();
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
}

const two = (value: number) => String(value).padStart(2, "0");
