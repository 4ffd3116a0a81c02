import { Button, Checkbox, CopyButton, Modal } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import type { WebhookWithSecret } from "../../api/schema";
import form from "../../ui/Form.module.css";
import { When } from "../../ui/When";
import settings from "../Settings.module.css";

/** A secret, this once. What is shown once is not lost by a press beside it. */
export function ShowSecret({ shown, close }: { shown: WebhookWithSecret | null; close: () => void }) {
  return (
    <Modal
      opened={shown !== null}
      onClose={close}
      title="Copy the secret now"
      size={520}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      {shown && <Secret key={shown.secret} shown={shown} close={close} />}
    </Modal>
  );
}

function Secret({ shown, close }: { shown: WebhookWithSecret; close: () => void }) {
  const [kept, setKept] = useState(false);
  return (
    <div className={form.form}>
      <p>
        <strong>This is the only time that the secret of {shown.name} is shown.</strong> By it the receiver
        verifies that what comes is from here: put it where secrets are kept.
        {shown.old_secret_until !== null && (
          <>
            {" "}
            The one before it is good until <When at={shown.old_secret_until} exact />.
          </>
        )}
      </p>
      <p className={settings.link}>
        <code aria-label="The secret">{shown.secret}</code>
      </p>
      <Checkbox
        label="I have kept it"
        checked={kept}
        onChange={(event) => setKept(event.currentTarget.checked)}
      />
      <div className={form.actions}>
        <CopyButton value={shown.secret}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              data-autofocus
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              onClick={copy}
            >
              {copied ? "Copied" : "Copy the secret"}
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
