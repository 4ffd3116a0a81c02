/** Where people of a US state keep time; the two zones of a state that has two, for what is right in both. */
const ZONES: Record<string, readonly string[]> = {};
const keep = (zones: readonly string[], states: string) => {
  for (const state of states.split(" ")) ZONES[state] = zones;
};
const [EASTERN, CENTRAL, MOUNTAIN, PACIFIC] = [
  "America/New_York",
  "America/Chicago",
  "America/Denver",
  "America/Los_Angeles",
];
keep([EASTERN], "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV");
keep([EASTERN, CENTRAL], "FL IN KY MI TN");
keep([CENTRAL], "AL AR IA IL LA MN MO MS OK WI");
keep([CENTRAL, MOUNTAIN], "KS ND NE SD TX");
keep([MOUNTAIN], "CO MT NM UT WY");
keep(["America/Phoenix", MOUNTAIN], "AZ");
keep([MOUNTAIN, PACIFIC], "ID OR");
keep([PACIFIC], "CA NV WA");
keep(["America/Anchorage", "America/Adak"], "AK");
keep(["Pacific/Honolulu"], "HI");
keep(["America/Puerto_Rico"], "PR VI");
keep(["Pacific/Guam"], "GU MP");
keep(["Pacific/Pago_Pago"], "AS");

export interface Quiet {
  /** `21:00`; what ends earlier than it begins goes over midnight. */
  begins: string;
  ends: string;
}

/** Where somebody keeps time: by the state they live in, or where none is known as the agency does. */
export const zonesOf = (state: string | null, agencyZone: string): readonly string[] =>
  (state && ZONES[state]) || [agencyZone];

const isQuiet = ({ begins, ends }: Quiet, at: string): boolean =>
  begins < ends ? begins <= at && at < ends : at >= begins || at < ends;

const onTheClock = (now: number, timeZone: string): string =>
  new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone }).format(
    now,
  );

/** The first of the zones in which it is quiet now; null where it is in none. Of two the stricter counts. */
export const quietIn = (zones: readonly string[], quiet: Quiet | null, now: number): string | null =>
  (quiet && zones.find((zone) => isQuiet(quiet, onTheClock(now, zone)))) || null;
