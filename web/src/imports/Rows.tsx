import { Link } from "@tanstack/react-router";
import type { Fate, ImportColumn, ImportRow } from "../api/schema";
import { useLeadFields } from "../leads/own/queries";
import { Chip, type Tone } from "../ui/Chip";
import { fieldInWords } from "./fields";
import styles from "./Imports.module.css";

const TONES: Record<Fate, Tone> = {
  captured: "good",
  updated: "accent",
  inquiry: "violet",
  duplicate: "info",
  rejected: "bad",
  empty: "plain",
};
const WORDS: Record<Fate, string> = {
  captured: "Captured",
  updated: "Updated",
  inquiry: "Inquiry",
  duplicate: "Duplicate",
  rejected: "Rejected",
  empty: "Empty",
};
const WHO: readonly string[] = ["name", "given_name", "family_name"];
const HOW: readonly string[] = ["email", "phone"];

const UNDONE = { removed: "Removed again", restored: "Set back", kept: "Stays" };

/** Whether a reason says that what stood there was not understood; others say what else is so of the row. */
function isUnread(detail: string): boolean {
  return !detail.includes("household");
}

interface RowsProps {
  rows: readonly ImportRow[];
  columns: readonly ImportColumn[];
  label: string;
  /** Whether it is yet to be done. */
  before?: boolean;
}

/** Rows of a file, each with what becomes of it and why. */
export function Rows({ rows, columns, label, before = false }: RowsProps) {
  const own = useLeadFields();
  return (
    <ul className={styles.rows} aria-label={label}>
      {rows.map((row) => (
        <li key={row.row}>
          <span className={styles.rowNumber}>
            <span className="visually-hidden">Row </span>
            {row.row}
          </span>
          <span className={styles.rowFate}>
            <Chip tone={TONES[row.fate]}>
              {before && row.fate === "captured" ? "New lead" : WORDS[row.fate]}
            </Chip>
          </span>
          <div className={styles.rowWords}>
            <Who row={row} columns={columns} />
            {row.reasons.length > 0 && (
              <ul className={styles.reasons}>
                {row.reasons.map((reason) => (
                  <li key={`${reason.field} ${reason.detail}`}>
                    {reason.field && <strong>{fieldInWords(reason.field, own)}: </strong>}
                    {reason.detail}
                    {row.fate === "captured" &&
                      reason.field !== null &&
                      isUnread(reason.detail) &&
                      " (left out)"}
                  </li>
                ))}
              </ul>
            )}
            {row.undone && (
              <p className={styles.undone}>
                {UNDONE[row.undone]}
                {row.undone_reason && `: ${row.undone_reason}`}
              </p>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Who({ row, columns }: { row: ImportRow; columns: readonly ImportColumn[] }) {
  const values = (fields: readonly string[]) =>
    columns
      .filter((column) => column.field !== null && fields.includes(column.field))
      .map((column) => row.raw[column.header]?.trim())
      .filter(Boolean)
      .join(" ");
  const name = values(WHO);
  const reached = values(HOW);
  const id = row.lead_id ?? row.duplicate_of;
  const title = name || reached || (row.fate === "empty" ? "Nothing in it" : "Without a name");
  return (
    <p className={styles.rowWho}>
      {id ? (
        <Link to="/leads/$leadId" params={{ leadId: id }}>
          {title}
        </Link>
      ) : (
        <strong>{title}</strong>
      )}
      {name && reached && <span> {reached}</span>}
    </p>
  );
}
