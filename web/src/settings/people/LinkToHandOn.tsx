import { Button, CopyButton, Modal } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import form from "../../ui/Form.module.css";
import styles from "../Settings.module.css";

interface Shown {
  email: string;
  link: string;
}

/** Where no mail goes out, the link of an invitation is handed on by whoever invites. */
export function LinkToHandOn({ shown, close }: { shown: Shown | null; close: () => void }) {
  return (
    <Modal opened={shown !== null} onClose={close} title="Hand on this link" size={520}>
      {shown && <Link {...shown} close={close} />}
    </Modal>
  );
}

/** As it stands in a dialog. */
export function Link({ email, link, close }: Shown & { close: () => void }) {
  return (
    <div className={form.form}>
      <p>
        No mail server is set up here, so nothing was sent. Give this link to <strong>{email}</strong>{" "}
        yourself: who has it joins in their place. It is good once, for seven days, and is not shown again.
      </p>
      <p className={styles.link}>
        <code>{link}</code>
      </p>
      <div className={form.actions}>
        <CopyButton value={link}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              onClick={copy}
            >
              {copied ? "Copied" : "Copy the link"}
            </Button>
          )}
        </CopyButton>
        <Button onClick={close} data-autofocus>
          Done
        </Button>
      </div>
    </div>
  );
}
