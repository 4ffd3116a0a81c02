import type { ReactNode } from "react";
import type { Tone } from "./Chip";
import styles from "./Sign.module.css";
import tones from "./tones.module.css";

/** A round sign before words: by it the eye finds its kind. What it says besides them, its icon is labelled with. */
export function Sign({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={`${styles.sign} ${tones.tone}`} data-tone={tone}>
      {children}
    </span>
  );
}
