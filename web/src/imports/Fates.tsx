import type { Fate, ImportCounts } from "../api/schema";
import { FATES } from "./fields";
import styles from "./Imports.module.css";

const COUNTED: Record<Fate, keyof ImportCounts> = {
  captured: "captured",
  duplicate: "duplicates",
  rejected: "rejected",
  empty: "empty",
};

interface FatesProps {
  counts: ImportCounts;
  /** Whether it is yet to be done. */
  before?: boolean;
  shown: Fate | null;
  show: (fate: Fate | null) => void;
}

/** How many rows meet which fate; each shows its rows alone, and once more all of them. */
export function Fates({ counts, before = false, shown, show }: FatesProps) {
  return (
    <div className={styles.fates} role="group" aria-label="Rows by what becomes of them">
      {(Object.keys(FATES) as Fate[]).map((fate) => {
        const count = counts[COUNTED[fate]];
        return (
          <button
            key={fate}
            type="button"
            className={styles.fate}
            data-fate={fate}
            data-none={count === 0 || undefined}
            aria-pressed={shown === fate}
            onClick={() => show(shown === fate ? null : fate)}
          >
            <span>{before ? FATES[fate].before : FATES[fate].title}</span>
            <strong>{count.toLocaleString("en-US")}</strong>
          </button>
        );
      })}
    </div>
  );
}
