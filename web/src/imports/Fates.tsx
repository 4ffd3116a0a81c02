import type { Fate, ImportCounts } from "../api/schema";
import { FATES } from "./fields";
import styles from "./Imports.module.css";

const COUNTED: Record<Fate, keyof ImportCounts> = {
  captured: "captured",
  updated: "updated",
  inquiry: "inquiries",
  duplicate: "duplicates",
  rejected: "rejected",
  empty: "empty",
};
/** What only some imports do. */
const SOME: ReadonlySet<Fate> = new Set(["updated", "inquiry"]);

interface FatesProps {
  counts: ImportCounts;
  /** Whether it is yet to be done. */
  before?: boolean;
  shown?: Fate | null;
  /** Without it the numbers are there to be read alone. */
  show?: (fate: Fate | null) => void;
}

/** How many rows meet which fate; each shows its rows alone, and once more all of them. */
export function Fates({ counts, before = false, shown = null, show }: FatesProps) {
  const fates = (Object.keys(FATES) as Fate[]).filter((fate) => !SOME.has(fate) || counts[COUNTED[fate]] > 0);
  return (
    <div className={styles.fates} role="group" aria-label="Rows by what becomes of them">
      {fates.map((fate) => {
        const count = counts[COUNTED[fate]];
        const told = (
          <>
            <span>{before ? FATES[fate].before : FATES[fate].title}</span>
            <strong>{count.toLocaleString("en-US")}</strong>
          </>
        );
        const look = { className: styles.fate, "data-fate": fate, "data-none": count === 0 || undefined };
        return show ? (
          <button
            key={fate}
            type="button"
            {...look}
            aria-pressed={shown === fate}
            onClick={() => show(shown === fate ? null : fate)}
          >
            {told}
          </button>
        ) : (
          <div key={fate} {...look}>
            {told}
          </div>
        );
      })}
    </div>
  );
}
