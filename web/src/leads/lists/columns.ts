import type { LeadField } from "../../api/schema";

/** The columns of a list besides the name: by the key that a view keeps, with their titles and, on a wide screen, widths. */
export const COLUMNS: Readonly<Record<string, { title: string; width: string }>> = {
  stage: { title: "Stage", width: "104px" },
  stage_since: { title: "In stage", width: "112px" },
  score: { title: "Score", width: "72px" },
  line_of_business: { title: "Line", width: "minmax(84px, 0.7fr)" },
  x_date: { title: "X-date", width: "minmax(104px, 0.9fr)" },
  source: { title: "From", width: "minmax(120px, 1.2fr)" },
  owner_id: { title: "Owner", width: "minmax(100px, 0.9fr)" },
  last_contacted_at: { title: "Last contact", width: "112px" },
  next_task_on: { title: "Next task", width: "112px" },
  first_touched_at: { title: "First touch", width: "112px" },
  first_automated_at: { title: "First automated touch", width: "120px" },
  tags: { title: "Tags", width: "minmax(110px, 1fr)" },
  contact_attempts: { title: "Attempts", width: "84px" },
  current_carrier: { title: "Carrier", width: "minmax(104px, 0.9fr)" },
  household: { title: "Household", width: "minmax(120px, 1fr)" },
  state: { title: "State", width: "64px" },
  captured_at: { title: "Captured", width: "112px" },
  outcome: { title: "Outcome", width: "minmax(120px, 1fr)" },
  comes_back_on: { title: "Comes back", width: "112px" },
};

export const USUAL: readonly string[] = [
  "stage", "score", "line_of_business", "x_date", "source", "owner_id", "last_contacted_at",
]; // prettier-ignore

const NAME_WIDTH = "minmax(210px, 2.2fr)";
const OWN_WIDTH = "minmax(90px, 0.9fr)";

/** By what the head of a column sorts. */
export const SORTED_BY: Readonly<Record<string, string>> = {
  name: "name",
  x_date: "x_date",
  last_contacted_at: "last_contacted_at",
  captured_at: "captured_at",
  score: "score",
  comes_back_on: "comes_back_on",
  next_task_on: "next_task_on",
};

export const sortOf = (column: string): string | undefined =>
  column.startsWith("fields.") ? column : SORTED_BY[column];

/** All that can be shown, in the order in which it is: title by key. */
export function titles(own: readonly LeadField[]): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(COLUMNS).map(([key, { title }]) => [key, title])),
    ...Object.fromEntries(own.map(({ key, label }) => [`fields.${key}`, label])),
  };
}

/** The columns of which the list is made: those chosen, as far as there are such. */
export function chosenColumns(chosen: readonly string[] | undefined, own: readonly LeadField[]): string[] {
  const there = titles(own);
  const wanted = new Set(chosen ?? USUAL);
  return Object.keys(there).filter((key) => wanted.has(key));
}

/** Of these columns those for which there is room where a lead is shown beside the list. */
export const besides = (columns: readonly string[]): string[] =>
  columns.filter((key) => key === "stage" || key === "last_contacted_at");

const CHOOSE_WIDTH = "20px";

/** The widths of these columns, the box's to choose by and the name's before them. */
export const widths = (columns: readonly string[], choosing = false): string =>
  [
    ...(choosing ? [CHOOSE_WIDTH] : []),
    NAME_WIDTH,
    ...columns.map((key) => COLUMNS[key]?.width ?? OWN_WIDTH),
  ].join(" ");
