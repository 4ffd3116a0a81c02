/** A greeting by the hour in the agency's zone. */
export function greeting(name: string, zone: string, now: number): string {
  const hour = Number(
    new Intl.DateTimeFormat("en-US", { hour: "2-digit", hourCycle: "h23", timeZone: zone }).format(now),
  );
  const part = hour >= 4 && hour < 12 ? "morning" : hour >= 12 && hour < 18 ? "afternoon" : "evening";
  return `Good ${part}, ${name.split(" ")[0]}`;
}

/** The date in the agency's zone: `Tuesday, November 24`. */
export function dateInWords(zone: string, now: number): string {
  return new Intl.DateTimeFormat("en-US", {
    weekday: "long",
    month: "long",
    day: "numeric",
    timeZone: zone,
  }).format(now);
}
