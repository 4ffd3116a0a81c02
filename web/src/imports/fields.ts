import type { Fate, ImportStatus, LeadField, PlanImport } from "../api/schema";

/** What a column may hold, in the order in which it is offered; besides what the agency keeps of its own. */
const FIELDS: Readonly<Record<string, string>> = {
  name: "Full name",
  given_name: "Given name",
  family_name: "Family name",
  email: "Email",
  phone: "Phone",
  street: "Street and number",
  city: "City",
  postal_code: "ZIP code",
  state: "State",
  birth_date: "Birth date",
  line_of_business: "Line of business",
  current_carrier: "Current carrier",
  x_date: "X-date",
  captured_at: "When the lead came in",
  source: "Source",
  notes: "Notes",
  external_id: "Id in another system",
};

const OWN = "fields.";

/** What a column may be taken for, as a list to choose from. */
export function choices(own: readonly LeadField[]) {
  const standard = Object.entries(FIELDS).map(([value, label]) => ({ value, label }));
  const theirs = own.filter(({ retired }) => !retired).map(({ key, label }) => ({ value: OWN + key, label }));
  // Whatever comes later comes behind, for somebody may be choosing already.
  return [
    { value: "", label: "Leave out" },
    { group: "Every lead", items: standard },
    ...(theirs.length > 0 ? [{ group: "Your agency’s own fields", items: theirs }] : []),
  ];
}

/** A column's header to what it holds; null leaves the column out. */
export type Mapping = Readonly<Record<string, string | null>>;

/** What becomes of rows, in words, before and after it is done. */
export const FATES: Record<Fate, { title: string; before: string }> = {
  captured: { title: "Captured", before: "Will be captured" },
  updated: { title: "Updated", before: "Will update a lead" },
  inquiry: { title: "Inquiries", before: "Will inquire again" },
  duplicate: { title: "Duplicates", before: "Are there already" },
  rejected: { title: "Rejected", before: "Cannot be read" },
  empty: { title: "Empty", before: "Empty" },
};

export type MatchBy = NonNullable<PlanImport["match_by"]>[number];

export type Duplicates = NonNullable<PlanImport["duplicates"]>;

/** What becomes of rows of people who are leads already. */
export const DUPLICATES: Record<Duplicates, string> = {
  skip: "Leave the row out, and say so",
  update: "Update the lead with what is new",
  inquiry: "Note that they asked once more",
};

/** How far an import is, in a word. */
export const STATUSES: Record<ImportStatus, string> = {
  uploaded: "Not yet planned",
  planned: "Not yet checked",
  checking: "Being checked",
  checked: "Checked, not yet imported",
  running: "Running",
  done: "Imported",
  failed: "Stopped half-way",
  undoing: "Being undone",
  undone: "Undone",
  expired: "Never imported",
};

/** Whether something is being done with it just now. */
export function moves(status: ImportStatus): boolean {
  return status === "checking" || status === "running" || status === "undoing";
}

const DELIMITERS: Record<string, string> = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };

/** `UTF-8, separated by commas`; of a workbook, that it is one. */
export function readAs({
  kind,
  encoding,
  delimiter,
}: {
  kind: string;
  encoding: string;
  delimiter: string;
}): string {
  if (kind === "xlsx") return "an Excel workbook";
  const how = DELIMITERS[delimiter] ?? `“${delimiter}”`;
  return `${encoding.replace(/^utf/, "UTF").replace(/^windows/, "Windows")}, separated by ${how}`;
}

/** The reason's field in words. */
export function fieldInWords(field: string, own: readonly LeadField[]): string {
  const theirs = own.find(({ key }) => OWN + key === field);
  return theirs?.label ?? FIELDS[field] ?? field;
}

/** `1 row`, `2,000 rows`. */
export function rowsInWords(count: number): string {
  return count === 1 ? "1 row" : `${count.toLocaleString("en-US")} rows`;
}
