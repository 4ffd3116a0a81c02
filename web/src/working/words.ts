import type { Agency, Team, User, WorkProfile } from "../api/schema";
import { WEEKDAYS } from "../settings/agency/agency";
import { words } from "../ui/format";

type Week = Agency["business_hours"];
type Stretch = WorkProfile["working_hours"][number];

/** Stretches as a week of days; Monday is 0. */
export function weekOf(hours: readonly Stretch[]): Week {
  return Object.fromEntries(
    WEEKDAYS.map((day, place) => [
      day,
      hours
        .filter(({ weekday }) => weekday === place)
        .map(({ start, end }) => ({ opens: start, closes: end })),
    ]),
  ) as Week;
}

/** A week of days as stretches. */
export function stretchesOf(week: Week): Stretch[] {
  return WEEKDAYS.flatMap((day, weekday) =>
    (week[day] ?? []).map(({ opens, closes }) => ({ weekday, start: opens, end: closes })),
  );
}

/** Hours as people say them: days in a row that are alike are one: `Mon–Fri 09:00–17:00`. */
export function hoursInWords(hours: readonly Stretch[]): string {
  if (hours.length === 0) return "At any hour";
  const said = WEEKDAYS.map((_, place) =>
    hours
      .filter(({ weekday }) => weekday === place)
      .map(({ start, end }) => `${start}–${end}`)
      .join(" and "),
  );
  const parts: string[] = [];
  for (let from = 0; from < said.length;) {
    let to = from;
    while (to + 1 < said.length && said[to + 1] === said[from]) to += 1;
    const days = from === to ? short(from) : `${short(from)}–${short(to)}`;
    if (said[from]) parts.push(`${days} ${said[from]}`);
    from = to + 1;
  }
  return parts.join(", ");
}

const short = (weekday: number) => words(WEEKDAYS[weekday]!).slice(0, 3);

/** The languages that are offered; others stay where they were said. */
export const LANGUAGES = [
  "en", "es", "zh", "yue", "vi", "ko", "tl", "fr", "ar", "ru", "ht", "pt", "pl", "hi", "de", "it", "ja",
] as const; // prettier-ignore

const named = new Intl.DisplayNames(["en"], { type: "language" });

/** What a language is called. */
export function languageName(tag: string): string {
  try {
    return named.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

type Person = Pick<User, "id" | "team_ids">;
type Known = Pick<Team, "id" | "branch_id" | "lead_ids">;

/**
 * Whether somebody keeps how a person works: their own everybody, all owners and admins, their teams' and their branches' managers.
 * The service decides; this only hides.
 */
export function mayKeepWork(
  me: Person & Pick<User, "role">,
  person: Person,
  teams: readonly Known[],
): boolean {
  if (me.id === person.id || me.role === "owner" || me.role === "admin") return true;
  if (me.role !== "manager") return false;
  const branches = new Set(
    teams.filter(({ lead_ids }) => lead_ids.includes(me.id)).map(({ branch_id }) => branch_id),
  );
  return teams.some(
    ({ id, branch_id }) =>
      person.team_ids.includes(id) &&
      (me.team_ids.includes(id) || (branch_id !== null && branches.has(branch_id))),
  );
}
