/** The ways to write dates that are offered; any other that is set stays. */
export const DATES_IN: readonly { locale: string; name: string }[] = [
  { locale: "en-US", name: "United States" },
  { locale: "en-CA", name: "Canada" },
  { locale: "en-GB", name: "United Kingdom" },
  { locale: "es-US", name: "Spanish, United States" },
  { locale: "es-MX", name: "Spanish, Mexico" },
  { locale: "fr-CA", name: "French, Canada" },
];

/** A date and a time as they look there. */
export function exampleIn(locale: string): string {
  const when = new Date("2027-03-31T18:30:00Z");
  return new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: "UTC",
  }).format(when);
}

/** What is offered, with what is set, whatever it is. */
export const datesWith = (set: string | null): typeof DATES_IN =>
  set === null || DATES_IN.some(({ locale }) => locale === set)
    ? DATES_IN
    : [...DATES_IN, { locale: set, name: set }];
