import type { ReactNode } from "react";
import styles from "./Fact.module.css";

/** What is known of a record, a name beside each value. Give it `Fact`s. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>;
}

/** In place of what the service withholds: it is not empty, or not known to be. */
export function NotShown() {
  return <span className={styles.none}>Not shown to your role</span>;
}

/** One of them; an empty one says so. */
export function Fact({ name, children }: { name: string; children?: ReactNode }) {
  const empty = children === null || children === undefined || children === "";
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{empty ? <span className={styles.none}>—</span> : children}</dd>
    </div>
  );
}
