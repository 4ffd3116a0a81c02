import { Face } from "./Face";
import styles from "./Grid.module.css";

/** A person in a row: who, and how they are reached. */
export function Named({ name, detail }: { name: string; detail: string }) {
  return (
    <span className={styles.who}>
      <Face name={name} size={32} />
      <span>
        <strong>{name}</strong>
        <small>{detail}</small>
      </span>
    </span>
  );
}
