import { Link } from "@tanstack/react-router";
import type { Fate, ImportColumn, ImportRow } from "../api/schema";
import { Chip, type Tone } from "../ui/Chip";
import { fieldInWords, type ImportField } from "./fields";
import styles from "./Imports.module.css";

const TONES: Record<Fate, Tone> = { captured: "good", duplicate: "info", rejected: "bad", empty: "plain" };
const WORDS: Record<Fate, string> = {
  captured: "Captured",
  duplicate: "Duplicate",
  rejected: "Rejected",
  empty: "Empty",
};
const WHO: readonly ImportField[] = ["name", "given_name", "family_name"];
const HOW: readonly ImportField[] = ["email", "phone"];

interface RowsProps {
  rows: readonly ImportRow[];
  columns: readonly ImportColumn[];
  label: string;
  /** Whether it is yet to be done. */
  before?: boolean;
}

/** Rows of a file, each with what becomes of it and why. */
export function Rows({ rows, columns, label, before = false }: RowsProps) {
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
                    {reason.field && <strong>{fieldInWords(reason.field)}: </strong>}
                    {reason.detail}
                    {row.fate === "captured" && " (left out)"}
                  </li>
                ))}
              </ul>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Who({ row, columns }: { row: ImportRow; columns: readonly ImportColumn[] }) {
  const values = (fields: readonly ImportField[]) =>
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
