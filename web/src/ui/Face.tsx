import { IconUserOff } from "@tabler/icons-react";
import { initials } from "./format";
import styles from "./Face.module.css";

const HUES = 7;
const PLAIN = 5;

interface FaceProps {
  /** Null of somebody who was forgotten: there is nobody to be told by it. */
  name: string | null;
  size?: number;
}

/** A person's initials on a colour of their own; only for the eye, so the name stands beside it. */
export function Face({ name, size = 28 }: FaceProps) {
  return (
    <span
      className={styles.face}
      data-hue={name === null ? PLAIN : hueOf(name)}
      style={{ width: size, height: size, fontSize: size * 0.39 }}
      // Drawn, not written: what surrounds it is named by the name alone.
      data-initials={name === null ? undefined : initials(name)}
      aria-hidden="true"
    >
      {name === null && <IconUserOff size={size * 0.5} stroke={1.7} />}
    </span>
  );
}

function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) % 997;
  return sum % HUES;
}
