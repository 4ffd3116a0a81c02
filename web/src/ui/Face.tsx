import { initials } from "./format";
import styles from "./Face.module.css";

const HUES = 7;

/** A person's initials on a colour of their own; only for the eye, so the name stands beside it. */
export function Face({ name, size = 28 }: { name: string; size?: number }) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) % 997;
  return (
    <span
      className={styles.face}
      data-hue={sum % HUES}
      style={{ width: size, height: size, fontSize: size * 0.39 }}
      // Drawn, not written: what surrounds it is named by the name alone.
      data-initials={initials(name)}
      aria-hidden="true"
    />
  );
}
