import { Button, Checkbox, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import form from "../ui/Form.module.css";
import styles from "./Settings.module.css";

/** What is shown this once, beneath what is to be known of it. Nobody leaves before saying that it is kept. */
export function ShownOnce({
  what,
  value,
  close,
  children,
}: {
  what: "key" | "secret" | "address";
  value: string;
  close: () => void;
  children: ReactNode;
}) {
  const [kept, setKept] = useState(false);
  const copying = useRef<HTMLButtonElement>(null);
  // Where it takes the place of a form, the keyboard would be nowhere.
  useEffect(() => copying.current?.focus(), []);
  return (
    <div className={form.form}>
      <p>{children}</p>
      <p className={styles.link}>
        <code aria-label={`The ${what}`}>{value}</code>
      </p>
      <Checkbox
        label="I have kept it"
        checked={kept}
        onChange={(event) => setKept(event.currentTarget.checked)}
      />
      <div className={form.actions}>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button
              ref={copying}
              variant="default"
              data-autofocus
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              onClick={copy}
            >
              {copied ? "Copied" : `Copy the ${what}`}
            </Button>
          )}
        </CopyButton>
        <Button disabled={!kept} onClick={close}>
          Done
        </Button>
      </div>
    </div>
  );
}
