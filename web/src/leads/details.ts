import type { Field } from "../timeline/PersonFact";

/** What is known of every lead, in the order in which it is shown. */
export const DETAILS = [
  "name",
  "phone",
  "email",
  "line_of_business",
  "x_date",
  "current_carrier",
  "birth_date",
  "street",
  "city",
  "postal_code",
  "state",
  "notes",
] as const satisfies readonly Field[];
