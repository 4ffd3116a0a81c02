import type { DuplicatePair, DuplicateRules, LeadField, MergeField } from "../../api/schema";
import { day, phone, words } from "../../ui/format";

export type Side = "lead" | "other";

const REASONS: Record<DuplicatePair["reasons"][number], string> = {
  email: "same email address",
  phone: "same telephone number",
  birth_date: "same birth date, similar name",
  name_and_place: "similar name in the same ZIP code",
};

/** Why two leads may be one person. */
export function reasonsInWords(reasons: DuplicatePair["reasons"]): string {
  const said = reasons.map((reason) => REASONS[reason]).join(", ");
  return said.charAt(0).toUpperCase() + said.slice(1);
}

/** How likely it is, as a word. */
export function likelihood(score: number): "Very likely" | "Likely" | "Possibly" {
  return score >= 0.85 ? "Very likely" : score >= 0.6 ? "Likely" : "Possibly";
}

const LABELS: Record<string, string> = {
  name: "Name",
  email: "Email",
  phone: "Phone",
  postal_code: "ZIP code",
  x_date: "X-date",
  line_of_business: "Line of business",
};

/** What people call a field. */
export function fieldInWords(field: string, own: readonly LeadField[]): string {
  if (field.startsWith("fields."))
    return own.find(({ key }) => `fields.${key}` === field)?.label ?? words(field.slice("fields.".length));
  return LABELS[field] ?? words(field);
}

/** A value as people read it. Of an owner and team the service tells ids. */
export function valueInWords(
  field: string,
  value: string | null,
  nameOf: (userId: string | null) => string,
): string {
  if (field === "owner") {
    const [owner] = value === null ? [null] : (JSON.parse(value) as [string | null, string | null]);
    return owner === null ? "In the pool" : nameOf(owner);
  }
  if (value === null || value === "") return "—";
  if (field === "stage" || field === "line_of_business") return words(value);
  if (field === "phone") return phone(value);
  if (field.endsWith("_date") && /^\d{4}-\d{2}-\d{2}$/.test(value)) return day(value);
  return value;
}

/** Whose value is kept of a field: what was chosen, else what is suggested. */
export function kept(field: MergeField, chosen: Readonly<Record<string, Side>>): Side {
  return chosen[field.field] ?? field.suggested;
}

/** By what somebody is known as they come in. */
export const AT_ONCE: Record<DuplicateRules["at_once"][number], string> = {
  email: "The same email address",
  phone: "The same telephone number",
};

/** By what a row of a file is about somebody known. */
export const IN_FILES: Record<DuplicateRules["in_files"][number], string> = {
  ...AT_ONCE,
  external_id: "The same id in another system",
  name: "A like name in the same ZIP code, and no other street",
};

/** By what leads are compared for people to look at. */
export const COMPARED = {
  email: "The same email address",
  phone: "The same telephone number",
  birth_date: "The same birth date and a like name",
  name_and_place: "A like name in the same ZIP code",
} as const;

export const NAMES_APART = "Who has another given name is somebody else of the household";

export const LEAST_ALIKE = 0.3;
