import styles from "./Palette.module.css";
import { keyCaps } from "./shortcuts";

/** A command's keys, as they stand on the keyboard. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className={styles.keys}>
      {keyCaps(keys).map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  );
}
