import { Button, Checkbox, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import form from "../ui/Form.module.css";
import styles from "./Account.module.css";
import { asFile } from "./qr";

/** The recovery codes, this once. Nobody leaves before saying that they are kept. */
export function RecoveryCodes({ codes, close }: { codes: string[]; close: () => void }) {
  const [kept, setKept] = useState(false);
  return (
    <div className={form.form}>
      <p>
        <strong>Keep these codes where your phone is not.</strong> Each lets you in once if you lose your app.
        They are never shown again.
      </p>
      <ul className={styles.codes} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className={styles.actions}>
        <CopyButton value={codes.join("\n")}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              onClick={copy}
            >
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Button
          variant="default"
          component="a"
          href={asFile(codes)}
          download="gardenos-recovery-codes.txt"
          leftSection={<IconDownload size={16} />}
        >
          Save as a file
        </Button>
      </div>
      <Checkbox
        label="I have kept them"
        data-autofocus
        checked={kept}
        onChange={(event) => setKept(event.currentTarget.checked)}
      />
      <div className={form.actions}>
        <Button disabled={!kept} onClick={close}>
          Done
        </Button>
      </div>
    </div>
  );
}
