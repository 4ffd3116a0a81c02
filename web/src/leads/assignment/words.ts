import type { AssignmentRule } from "../../api/schema";
import { words } from "../../ui/format";

export type Rule = Partial<Omit<AssignmentRule, "when" | "seats">> & {
  when?: Partial<AssignmentRule["when"]>;
  seats?: readonly { user_id: string; weight?: number }[];
};

interface Names {
  user: (id: string) => string;
  team: (id: string) => string;
  campaign: (id: string) => string;
}

const WHY: Record<string, string> = {
  not_here: "not working here",
  away: "away",
  off_hours: "out of their working hours",
  not_licensed: "not licensed for it",
  other_language: "not speaking the language",
  day_full: "having their number for the day",
  full: "having as many open leads as they may",
  had_it: "having had it before",
};

const WAITS: Record<string, string> = {
  no_rule: "No rule is for it",
  to_be_claimed: "Waits to be claimed",
  nobody: "Nobody can take it now",
  room: "About to be given",
};

/** Why a lead waits, in a sentence. */
export function whyItWaits(waits: string, rule: string | null, why: Record<string, number>): string {
  const by = rule === null ? "" : ` by “${rule}”`;
  const reasons = Object.entries(why).map(([reason, count]) => `${count} ${WHY[reason] ?? words(reason)}`);
  return `${WAITS[waits] ?? words(waits)}${by}${reasons.length > 0 ? `: ${joined(reasons, "and")}` : ""}`;
}

/** A whole rule in plain words, as one reads it out. */
export function ruleInWords(rule: Rule, names: Names): string {
  return `${forWhom(rule, names)}: ${toWhom(rule, names)}${conditions(rule)}. ${afterwards(rule)}`.trim();
}

function forWhom({ when = {} }: Rule, names: Names): string {
  const named = [
    ...part("from", when.sources),
    ...part("of the campaign", when.campaign_ids?.map(names.campaign)),
    ...part("in", when.states),
    ...part("with a ZIP code that begins with", when.postal_codes),
    ...part(
      "for",
      when.lines?.map((line) => words(line).toLowerCase()),
    ),
    ...part("speaking", when.languages),
    ...scored(when.least_score ?? null, when.most_score ?? null),
    ...(when.hours && when.hours.length > 0 ? ["at certain hours"] : []),
  ];
  return named.length === 0 ? "Every lead" : `Leads ${named.join(", ")}`;
}

const part = (word: string, values: readonly string[] = []): string[] =>
  values.length === 0 ? [] : [`${word} ${joined(values, "or")}`];

function scored(least: number | null, most: number | null): string[] {
  if (least === null && most === null) return [];
  if (most === null) return [`with a score of at least ${least}`];
  if (least === null) return [`with a score of at most ${most}`];
  return [`with a score ${least === most ? `of ${least}` : `from ${least} to ${most}`}`];
}

function toWhom({ team_id, seats = [], by = "turns" }: Rule, names: Names): string {
  const team = team_id ? `the agents of ${names.team(team_id)}` : null;
  if (by === "claim")
    return `in the pool of ${team_id ? names.team(team_id) : "a team"}, until somebody claims it`;
  const people = seats.map(
    ({ user_id, weight = 1 }) => names.user(user_id) + (weight === 1 ? "" : ` (${weight} times)`),
  );
  const who = joined([...(team === null ? [] : [team]), ...people], "and");
  if (team === null && people.length === 0) return "to nobody yet";
  return by === "load" ? `to whoever has the fewest open leads of ${who}` : `in turns to ${who}`;
}

function conditions(rule: Rule): string {
  if (rule.by === "claim" || (!rule.team_id && !rule.seats?.length)) return "";
  const asked = [
    ...(rule.licensed ? ["is licensed for it"] : []),
    ...(rule.speaks ? ["speaks the language"] : []),
    ...(rule.at_work === false ? [] : ["is at work"]),
  ];
  const caps = [
    ...(typeof rule.most_a_day === "number" ? [`at most ${rule.most_a_day} a day`] : []),
    ...(typeof rule.most_open === "number" ? [`at most ${rule.most_open} open at once`] : []),
  ];
  return (
    (asked.length > 0 ? `, to whoever ${joined(asked, "and")}` : "") +
    (caps.length > 0 ? `; ${joined(caps, "and")} each` : "")
  );
}

function afterwards(rule: Rule): string {
  const next = rule.otherwise === "next" ? ["If nobody can, the next rule is asked."] : [];
  const minutes = rule.answer_minutes;
  const goesTo = [
    ...(rule.escalate ? ["to whoever leads the team"] : []),
    ...(rule.unanswered === "reroute" ? ["to somebody else"] : []),
  ];
  const then =
    goesTo.length > 0
      ? `it goes on ${joined(goesTo, "or")}`
      : "whoever leads the team is named in its history";
  const late =
    typeof minutes === "number" ? [`If nobody is in touch within ${minutes} minutes, ${then}.`] : [];
  return [...next, ...late].join(" ");
}

/** One, two and three. */
export function joined(values: readonly string[], word: "and" | "or"): string {
  if (values.length < 2) return values[0] ?? "";
  return `${values.slice(0, -1).join(", ")} ${word} ${values.at(-1)}`;
}

/** Minutes as people say them; a dash where there are none. */
export function minutesInWords(minutes: number | null): string {
  if (minutes === null) return "—";
  if (minutes < 1) return "under a minute";
  if (minutes < 90) return `${Math.round(minutes)} min`;
  return minutes < 60 * 48 ? `${Math.round(minutes / 6) / 10} h` : `${Math.round(minutes / 144) / 10} days`;
}
