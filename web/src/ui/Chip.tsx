import type { ReactNode } from "react";
import styles from "./Chip.module.css";
import tones from "./tones.module.css";

export type Tone = "plain" | "good" | "warn" | "bad" | "info" | "violet" | "accent";

/** A word of state. Its tone helps the eye; the word alone says it. */
export function Chip({
  tone = "plain",
  icon,
  children,
}: {
  tone?: Tone;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <span className={`${styles.chip} ${tones.tone}`} data-tone={tone}>
      {icon}
      {children}
    </span>
  );
}
