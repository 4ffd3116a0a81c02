import type { ReactNode } from "react";
import tables from "./Tables.module.css";

/** A table of figures, named, in a frame that is scrolled where it is wider than the screen. Give it `thead` and `tbody`. */
export function Frame({ label, children }: { label: string; children: ReactNode }) {
  return (
    // Wider than a narrow screen, it is scrolled by the keyboard as well.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={tables.frame} tabIndex={0} role="group" aria-label={label}>
      <table className={tables.table} aria-label={label}>
        {children}
      </table>
    </div>
  );
}
