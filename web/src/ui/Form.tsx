import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { errorBeside } from "./errors";
import styles from "./Form.module.css";

const NONE: readonly string[] = [];

/** What is wrong with a form and none of its fields says. `fields`: the pointers of those that say it themselves. */
export function Wrong({ error, fields = NONE }: { error: unknown; fields?: readonly string[] }) {
  const words = errorBeside(error, fields);
  return words === null ? null : (
    <p role="alert" className={styles.wrong}>
      {words}
    </p>
  );
}

/** Beneath a form in a dialog: the way out, and beside it what it is for. */
export function FormActions({ close, children }: { close: () => void; children: ReactNode }) {
  return (
    <div className={styles.actions}>
      <Button variant="default" onClick={close}>
        Cancel
      </Button>
      {children}
    </div>
  );
}
