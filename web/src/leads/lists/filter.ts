import type { LeadField } from "../../api/schema";
import { words } from "../../ui/format";
import type { Grouped } from "../../ui/Pick";
import { linesOfBusiness } from "../lines";
import { STAGES } from "../stage";

/** One thing asked of one field. */
export interface Condition {
  field: string;
  op: string;
  value?: unknown;
}

/** Conditions of which all hold, or any; among them groups, which may have groups themselves. */
export type Filter = { all: Part[] } | { any: Part[] };
export type Part = Condition | Filter;

export type Kind = "text" | "words" | "choice" | "day" | "number" | "yes_no" | "tags";

/** A field that a list can be narrowed by. */
export interface Known {
  name: string;
  label: string;
  kind: Kind;
  options?: readonly { value: string; label: string }[];
  /** By what it is asked for, where people say that otherwise than of its kind. */
  operators?: Readonly<Record<string, string>>;
}

const named = (values: readonly string[]) => values.map((value) => ({ value, label: words(value) }));

const STANDARD: readonly Known[] = [
  { name: "stage", label: "Stage", kind: "choice", options: named(STAGES) },
  { name: "stage_since", label: "In its stage since", kind: "day" },
  { name: "closed_since", label: "Lost or removed since", kind: "day" },
  { name: "rots_at", label: "Overdue to move", kind: "day" },
  { name: "comes_back_on", label: "Comes back", kind: "day" },
  { name: "came_back_at", label: "Came back", kind: "day" },
  { name: "exit_reason", label: "Lost for", kind: "text" },
  { name: "pipeline", label: "Pipeline", kind: "choice", options: named(["default", ...linesOfBusiness]) },
  { name: "tags", label: "Tags", kind: "tags" },
  { name: "line_of_business", label: "Line", kind: "choice", options: named(linesOfBusiness) },
  { name: "x_date", label: "X-date", kind: "day" },
  { name: "current_carrier", label: "Current carrier", kind: "text" },
  { name: "last_contacted_at", label: "Last contact", kind: "day" },
  { name: "idle_since", label: "Last contact, or capture", kind: "day" },
  { name: "next_task_on", label: "Next task", kind: "day" },
  { name: "open_tasks", label: "Open tasks", kind: "number" },
  { name: "first_touched_at", label: "First touch", kind: "day" },
  {
    name: "household",
    label: "Household",
    kind: "choice",
    options: [{ value: "several_open", label: "more than one open lead" }],
    operators: {
      is_not_empty: "has others in it",
      is_empty: "has nobody else",
      is: "has",
      is_not: "has not",
    },
  },
  { name: "score", label: "Score", kind: "number" },
  {
    name: "outcome",
    label: "Outcome",
    kind: "choice",
    options: [
      { value: "client", label: "Became a client" },
      { value: "converting", label: "Still converting" },
    ],
  },
  { name: "client_since", label: "Client since", kind: "day" },
  { name: "first_automated_at", label: "First automated touch", kind: "day" },
  { name: "roof_year", label: "Year of a roof", kind: "number" },
  { name: "contact_attempts", label: "Attempts", kind: "number" },
  { name: "captured_at", label: "Captured", kind: "day" },
  { name: "converted_at", label: "Converted", kind: "day" },
  { name: "source", label: "Source", kind: "text" },
  { name: "state", label: "State", kind: "text" },
  { name: "street", label: "Street", kind: "text" },
  { name: "city", label: "City", kind: "text" },
  { name: "postal_code", label: "ZIP code", kind: "text" },
  { name: "name", label: "Name", kind: "words" },
  { name: "email", label: "Email", kind: "words" },
  { name: "phone", label: "Phone", kind: "words" },
];

const OWN: Record<LeadField["kind"], Kind> = {
  text: "text",
  number: "number",
  money: "number",
  date: "day",
  choice: "choice",
  yes_no: "yes_no",
};

/** So many conditions a filter may have, and so deep its groups go. */
export const MOST_CONDITIONS = 50;
const MOST_DEEP = 5;

/** What a list can be narrowed by: what every lead has, the agency's `things` (its people, its campaigns), its own fields. */
export function knownFields(own: readonly LeadField[], things: readonly Known[] = []): Known[] {
  return [
    ...STANDARD.filter(({ name }) => !things.some((thing) => thing.name === name)),
    ...things,
    ...own.map(({ key, label, kind, options }) => ({
      name: `${OWN_FIELD}${key}`,
      label,
      kind: OWN[kind],
      options: options.map((value) => ({ value, label: value })),
    })),
  ];
}

const OWN_FIELD = "fields.";

/** Fields as they are chosen from: what every lead has, and apart from it the agency's own. */
export function grouped(known: readonly Known[]): Grouped[] {
  const optionsOf = (own: boolean) =>
    known
      .filter(({ name }) => name.startsWith(OWN_FIELD) === own)
      .map(({ name, label }) => ({ value: name, label }));
  return [
    { group: "Every lead", items: optionsOf(false) },
    { group: "Your own fields", items: optionsOf(true) },
  ].filter(({ items }) => items.length > 0);
}

const EMPTY = { is_empty: "is not known", is_not_empty: "is known" };

/** By what a kind of field is asked for, as people say it. */
export const OPERATORS: Record<Kind, Readonly<Record<string, string>>> = {
  text: { is: "is", is_not: "is not", begins_with: "begins with", ...EMPTY },
  words: { matches: "has", ...EMPTY },
  choice: { is: "is", is_not: "is not", ...EMPTY },
  day: {
    in_last: "in the last days",
    not_in_last: "not in the last days",
    in_next: "in the next days",
    before: "before",
    after: "after",
    on: "on",
    ...EMPTY,
  },
  number: {
    at_least: "at least",
    at_most: "at most",
    above: "above",
    below: "below",
    is: "is",
    is_not: "is not",
    ...EMPTY,
  },
  yes_no: { is: "is", ...EMPTY },
  tags: { has_any: "any of", has_all: "all of", has_none: "none of", ...EMPTY },
};

const DAYS = new Set(["in_last", "not_in_last", "in_next"]);

/** By what this field is asked for, as people say it. */
export const operatorsOf = ({ kind, operators }: Known): Readonly<Record<string, string>> =>
  operators ?? OPERATORS[kind];

/** How the value of a condition is entered; null where it has none. */
export function entry(
  kind: Kind,
  op: string,
): "text" | "list" | "choice" | "days" | "date" | "number" | "yes_no" | null {
  if (op in EMPTY) return null;
  if (kind === "day") return DAYS.has(op) ? "days" : "date";
  if (kind === "tags") return "list";
  if (kind === "choice") return "choice";
  if (kind === "number" || kind === "yes_no") return kind;
  if (kind === "text" && op !== "begins_with") return "list";
  return "text";
}

/** What a new condition on a field asks for, before anything was said. */
export function begun(known: Known, op = Object.keys(operatorsOf(known))[0]!): Condition {
  const { name, kind, options } = known;
  switch (entry(kind, op)) {
    case "days":
      return { field: name, op, value: 7 };
    case "date":
      return { field: name, op, value: "today" };
    case "yes_no":
      return { field: name, op, value: true };
    case "choice":
      return { field: name, op, value: options?.[0] ? [options[0].value] : "" };
    case null:
      return { field: name, op };
    default:
      return { field: name, op, value: "" };
  }
}

/** Whether there is something in a condition to ask for. */
export function isWhole({ op, value }: Condition): boolean {
  return op in EMPTY || (Array.isArray(value) ? value.length > 0 : value !== "" && value !== undefined);
}

export const isCondition = (part: Part): part is Condition => "field" in part;

export const partsOf = (filter: Filter | undefined): Part[] =>
  filter === undefined ? [] : "all" in filter ? filter.all : filter.any;

/** The filter in an address, if it has the form of one; whether its fields are known is the service's to say. */
export function readFilter(raw: unknown, deep = 0): Filter | undefined {
  if (typeof raw !== "object" || raw === null || Object.keys(raw).length !== 1) return undefined;
  const [of, parts] = Object.entries(raw)[0]!;
  if ((of !== "all" && of !== "any") || !Array.isArray(parts)) return undefined;
  const read = parts.map((part: unknown): Part | undefined => {
    if (typeof part !== "object" || part === null) return undefined;
    if ("field" in part && "op" in part && typeof part.field === "string" && typeof part.op === "string") {
      return "value" in part
        ? { field: part.field, op: part.op, value: part.value }
        : { field: part.field, op: part.op };
    }
    return deep < MOST_DEEP ? readFilter(part, deep + 1) : undefined;
  });
  const whole = read.filter((part): part is Part => part !== undefined);
  if (whole.length === 0) return undefined;
  return of === "all" ? { all: whole } : { any: whole };
}

/** A condition in words; groups within a group stand in brackets. */
export function said(part: Part, known: readonly Known[]): string {
  if (!isCondition(part))
    return partsOf(part)
      .map((each) =>
        isCondition(each) || partsOf(each).length === 1 ? said(each, known) : `(${said(each, known)})`,
      )
      .join("all" in part ? " and " : " or ");
  const field = known.find(({ name }) => name === part.field);
  if (!field) return part.field;
  const op = operatorsOf(field)[part.op] ?? part.op;
  if (part.op in EMPTY) return `${field.label} ${op}`;
  const values = Array.isArray(part.value) ? part.value : [part.value];
  const shown = values
    .map((each) =>
      typeof each === "boolean"
        ? each
          ? "yes"
          : "no"
        : (field.options?.find(({ value }) => value === each)?.label ?? String(each)),
    )
    .join(", ");
  if (DAYS.has(part.op)) return `${field.label} ${op.replace("days", `${shown} days`)}`;
  return `${field.label} ${op} ${shown}`;
}
