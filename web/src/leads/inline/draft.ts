import type { Lead } from "../../api/schema";

/** The columns that are edited where they stand, as text. */
export const EDITABLE = [
  "stage",
  "line_of_business",
  "x_date",
  "owner_id",
  "tags",
  "current_carrier",
  "state",
] as const;
export type Editable = (typeof EDITABLE)[number];
export type Draft = Record<Editable, string>;

export const isEditable = (column: string): column is Editable => EDITABLE.includes(column as Editable);

/** A lead's row as it is written while it is edited. */
export function draftOf(lead: Lead): Draft {
  return {
    stage: lead.stage_key,
    line_of_business: lead.line_of_business ?? "",
    x_date: lead.x_date ?? "",
    owner_id: lead.owner_id ?? "",
    tags: lead.tags.join(", "),
    current_carrier: lead.current_carrier ?? "",
    state: lead.state ?? "",
  };
}

const DETAILS = ["line_of_business", "x_date", "current_carrier", "state"] as const;

/** What differs from how it was when it was begun: details, tags given and taken, and the stage and owner, if they do. */
export interface Changes {
  details: Partial<Record<(typeof DETAILS)[number], string | null>>;
  tags: { add: string[]; remove: string[] } | null;
  /** By its key. */
  stage: string | null;
  owner: { owner_id: string | null } | null;
}

/** What was changed between two states of a row. */
export function changesOf(before: Draft, after: Draft): Changes {
  const details = Object.fromEntries(
    DETAILS.filter((field) => before[field] !== after[field].trim()).map((field) => [
      field,
      after[field].trim() || null,
    ]),
  );
  const [had, has] = [tagsIn(before.tags), tagsIn(after.tags)];
  const add = has.filter((tag) => !had.includes(tag));
  const remove = had.filter((tag) => !has.includes(tag));
  return {
    details,
    tags: add.length + remove.length > 0 ? { add, remove } : null,
    stage: before.stage === after.stage ? null : after.stage,
    owner: before.owner_id === after.owner_id ? null : { owner_id: after.owner_id || null },
  };
}

const tagsIn = (written: string): string[] => [
  ...new Set(
    written
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];
