import { NativeSelect } from "@mantine/core";
import type { ImportColumn } from "../api/schema";
import { Chip } from "../ui/Chip";
import { FIELDS, type ImportField } from "./fields";
import styles from "./Imports.module.css";

const OPTIONS = [
  { value: "", label: "Leave out" },
  ...Object.entries(FIELDS).map(([value, label]) => ({ value, label })),
];

interface ColumnsProps {
  columns: readonly Pick<ImportColumn, "header" | "field" | "guessed" | "samples">[];
  change: (header: string, field: ImportField | null) => void;
}

/** What each column of the file is taken for, with what stands in it; each may be taken for something else. */
export function Columns({ columns, change }: ColumnsProps) {
  return (
    <ul className={styles.columns}>
      {columns.map(({ header, field, guessed, samples }) => (
        <li key={header} data-left-out={field === null || undefined}>
          <div className={styles.column}>
            <strong>{header}</strong>
            <span className={styles.samples}>
              {samples.length > 0 ? samples.join(" · ") : "Nothing in it"}
            </span>
          </div>
          <NativeSelect
            aria-label={`What “${header}” holds`}
            value={field ?? ""}
            data={OPTIONS}
            onChange={(event) => change(header, (event.currentTarget.value || null) as ImportField | null)}
          />
          <span className={styles.guess}>
            {guessed ? field !== null && <Chip>Guessed</Chip> : <Chip tone="accent">Chosen</Chip>}
          </span>
        </li>
      ))}
    </ul>
  );
}
