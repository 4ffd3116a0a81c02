import type { HouseholdMember, Relationship, SuggestedMember } from "../../api/schema";
import { day, words } from "../../ui/format";

const SAID: Record<Relationship, string> = {
  named_insured: "Named insured",
  spouse: "Spouse or partner",
  child: "Child",
  other: "Other",
};

/** What somebody may be in their household, to choose from; the first is that nobody said. */
export const RELATIONSHIPS: readonly { value: string; label: string }[] = [
  { value: "", label: "Not said" },
  ...Object.entries(SAID).map(([value, label]) => ({ value, label })),
];

/** What was chosen of `RELATIONSHIPS`. */
export const relationshipOf = (chosen: string): Relationship | null =>
  (chosen || null) as Relationship | null;

/** What somebody is in their household; empty where nobody said. */
export const relationshipInWords = (relationship: Relationship | null): string =>
  relationship === null ? "" : SAID[relationship];

/** When somebody's policies expire, in one line. */
export const xDatesInWords = (member: HouseholdMember): string =>
  member.x_dates
    .map(({ line_of_business: line, x_date: date, carrier }) =>
      [`${line ? words(line) : "X-date"} ${day(date)}`, carrier].filter(Boolean).join(", "),
    )
    .join(" · ");

const REASONS: Record<SuggestedMember["reasons"][number], string> = {
  address: "same surname and address",
  phone: "same telephone number",
};

/** Why somebody may live with a lead. */
export function reasonsInWords({ reasons }: SuggestedMember): string {
  const said = reasons.map((reason) => REASONS[reason]).join(", ");
  return said.charAt(0).toUpperCase() + said.slice(1);
}
