import type { FieldRule, LineOfBusiness, ScoringRules, ScoringRulesSaid } from "../../api/schema";

/** Rules while they are written: points as they stand in their boxes. */
export interface Draft {
  points: Record<string, string>;
  sources: Named[];
  campaigns: Named[];
  lines: Named[];
  fields: FieldDraft[];
}

/** What something of that name counts. */
export interface Named {
  /** By which its row is known while it is written. */
  id: number;
  name: string;
  points: string;
}

export interface FieldDraft {
  id: number;
  key: string;
  op: FieldRule["op"];
  value: string;
  points: string;
  words: string;
}

const named = (points: Record<string, number>): Named[] =>
  Object.entries(points).map(([name, each], id) => ({ id, name, points: String(each) }));

/** The rules in force, to be written on. */
export const draftOf = (rules: ScoringRules): Draft => ({
  points: Object.fromEntries(rules.signals.map(({ key, points }) => [key, String(points)])),
  sources: named(rules.sources),
  campaigns: named(rules.campaigns),
  lines: named(rules.lines as Record<string, number>),
  fields: rules.fields.map(({ key, op, value, points, words }, id) => ({
    id,
    key,
    op,
    value: value === null || value === undefined ? "" : String(value),
    points: String(points),
    words,
  })),
});

/** What every agency begins with. */
export const defaultsOf = (rules: ScoringRules): Draft => ({
  points: Object.fromEntries(rules.signals.map((signal) => [signal.key, String(signal.default)])),
  sources: named(rules.default_sources),
  campaigns: [],
  lines: [],
  fields: [],
});

/** The number of a row that is added to these. */
export const nextId = (rows: readonly { id: number }[]): number =>
  Math.max(-1, ...rows.map(({ id }) => id)) + 1;

/** Whole points from -100 to 100, else null; a minus as people write it is one. */
export function pointsIn(written: string): number | null {
  const text = written.trim().replace("−", "-");
  if (!/^[+-]?\d{1,3}$/.test(text)) return null;
  const points = Number(text);
  return Math.abs(points) <= 100 ? points : null;
}

/** What keeps a draft from being tried or saved, in words; null where nothing does. */
export function wrongIn({ points, sources, campaigns, lines, fields }: Draft): string | null {
  const all = [
    ...Object.values(points),
    ...[...sources, ...campaigns, ...lines, ...fields].map((each) => each.points),
  ];
  if (all.some((each) => pointsIn(each) === null)) return "Points are whole numbers from -100 to 100.";
  if ([...sources, ...campaigns, ...lines].some(({ name }) => name.trim() === ""))
    return "Say what each row is about.";
  if (fields.some(({ key, words }) => key === "" || words.trim() === ""))
    return "Say of each field which it is, and in which words it counts.";
  if (fields.some(({ op, value }) => op !== "known" && value.trim() === ""))
    return "Say what each field is held against.";
  return null;
}

const counted = (rows: readonly Named[]): Record<string, number> =>
  Object.fromEntries(rows.map(({ name, points }) => [name.trim(), pointsIn(points)!]));

/** A draft that nothing is wrong with, as it is sent. `kinds` are those of the agency's own fields, by key. */
export function saidBy(draft: Draft, kinds: ReadonlyMap<string, string>): ScoringRulesSaid {
  return {
    points: Object.fromEntries(Object.entries(draft.points).map(([key, points]) => [key, pointsIn(points)!])),
    sources: counted(draft.sources),
    campaigns: counted(draft.campaigns),
    lines: counted(draft.lines) as Partial<Record<LineOfBusiness, number>> as ScoringRulesSaid["lines"],
    fields: draft.fields.map(({ key, op, value, points, words }) => ({
      key,
      op,
      value: op === "known" ? null : valueOf(value.trim(), kinds.get(key)),
      points: pointsIn(points)!,
      words: words.trim(),
    })),
  };
}

function valueOf(written: string, kind: string | undefined): string | number | boolean {
  if (kind === "yes_no") return /^(yes|true|1)$/i.test(written);
  if ((kind === "number" || kind === "money") && written !== "" && Number.isFinite(Number(written)))
    return Number(written);
  return written;
}
