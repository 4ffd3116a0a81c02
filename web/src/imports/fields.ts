import type { Fate, ImportColumn } from "../api/schema";

export type ImportField = NonNullable<ImportColumn["field"]>;

/** What a column may hold, in the order in which it is offered. */
export const FIELDS: Record<ImportField, string> = {
  name: "Full name",
  given_name: "Given name",
  family_name: "Family name",
  email: "Email",
  phone: "Phone",
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

/** A column's header to what it holds; null leaves the column out. */
export type Mapping = Readonly<Record<string, ImportField | null>>;

/** What becomes of rows, in words, before and after it is done. */
export const FATES: Record<Fate, { title: string; before: string }> = {
  captured: { title: "Captured", before: "Will be captured" },
  duplicate: { title: "Duplicates", before: "Are there already" },
  rejected: { title: "Rejected", before: "Cannot be read" },
  empty: { title: "Empty", before: "Empty" },
};

const DELIMITERS: Record<string, string> = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };

/** `UTF-8, separated by commas`. */
export function readAs(encoding: string, delimiter: string): string {
  const how = DELIMITERS[delimiter] ?? `“${delimiter}”`;
  return `${encoding.replace(/^utf/, "UTF").replace(/^windows/, "Windows")}, separated by ${how}`;
}

/** The reason's field in words. */
export function fieldInWords(field: string | null): string | null {
  return field === null ? null : field in FIELDS ? FIELDS[field as ImportField] : field;
}
