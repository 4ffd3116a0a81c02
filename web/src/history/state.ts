import type { FieldChange, PastState } from "../api/schema";

type State = PastState["state"];

/** A field as it was, and as it is now. */
export interface Then {
  field: string;
  was: string | null;
  is: string | null;
  differs: boolean;
  /** Whether the reader's role sees neither. */
  withheld: boolean;
}

// Each page points at the other record; that there is one is told by the title.
const LINKS = new Set(["client_id", "lead_id"]);

/** What was known then beside what is known now, in the order of the record. What neither knows is left out. */
export function thenAndNow(then: State, now: State, withheld: readonly string[] = []): Then[] {
  return Object.keys({ ...now, ...then })
    .filter((field) => !LINKS.has(field))
    .map((field) => {
      const [was, is] = [asText(then[field]), asText(now[field])];
      return { field, was, is, differs: was !== is, withheld: withheld.includes(field) };
    })
    .filter(({ was, is, withheld: notShown }) => was !== null || is !== null || notShown);
}

/** The changes that are worth a line. */
export function told(changes: readonly FieldChange[]): FieldChange[] {
  return changes.filter(
    ({ field, old, new: next, withheld }) => !LINKS.has(field) && (withheld || (old ?? "") !== (next ?? "")),
  );
}

/** A field's value; null where nothing was known. */
function asText(value: unknown): string | null {
  if (value === null || value === undefined || value === "") return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
