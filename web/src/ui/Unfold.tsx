import { IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import styles from "./Unfold.module.css";

interface UnfoldProps {
  open: boolean;
  setOpen: (open: boolean) => void;
  /** The id of what it unfolds, while that is there. */
  controls?: string;
  children: ReactNode;
}

/** The line by which something is unfolded, and folded again. */
export function Unfold({ open, setOpen, controls, children }: UnfoldProps) {
  return (
    <button
      type="button"
      className={styles.unfold}
      aria-expanded={open}
      aria-controls={controls}
      onClick={() => setOpen(!open)}
    >
      <IconChevronRight size={15} aria-hidden="true" />
      {children}
    </button>
  );
}
