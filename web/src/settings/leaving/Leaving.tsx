import { Close } from "./Close";
import { Export } from "./Export";
import styles from "./Leaving.module.css";

/** What there is for an agency that leaves: all that is its own to take along, and the end. */
export function Leaving() {
  return (
    <div className={styles.leaving}>
      <Export />
      <Close />
    </div>
  );
}
