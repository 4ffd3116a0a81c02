import { NativeSelect } from "@mantine/core";
import type { ImportColumn } from "../api/schema";
import { useLeadFields } from "../leads/own/queries";
import { Chip } from "../ui/Chip";
import { choices, type Mapping } from "./fields";
import styles from "./Imports.module.css";

interface ColumnsProps {
  columns: readonly Pick<ImportColumn, "header" | "field" | "guessed" | "remembered" | "samples">[];
  /** What was chosen here and is not sent yet. */
  chosen: Mapping;
  change: (header: string, field: string | null) => void;
}

/** What each column of the file is taken for, with what stands in it; each may be taken for something else. */
export function Columns({ columns, chosen, change }: ColumnsProps) {
  const options = choices(useLeadFields());
  return (
    <ul className={styles.columns}>
      {columns.map(({ header, field: before, guessed, remembered, samples }) => {
        const mine = header in chosen;
        const field = mine ? (chosen[header] ?? null) : before;
        return (
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
              data={options}
              onChange={(event) => change(header, event.currentTarget.value || null)}
            />
            <span className={styles.guess}>
              {mine || (!guessed && !remembered) ? (
                <Chip tone="accent">Chosen</Chip>
              ) : remembered ? (
                <Chip tone="info">As last time</Chip>
              ) : (
                field !== null && <Chip>Guessed</Chip>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
