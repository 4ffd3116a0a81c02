import { Modal } from "@mantine/core";
import type { WebhookWithSecret } from "../../api/schema";
import { When } from "../../ui/When";
import { ShownOnce } from "../ShownOnce";

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
      {shown && (
        <ShownOnce key={shown.secret} what="secret" value={shown.secret} close={close}>
          <strong>This is the only time that the secret of {shown.name} is shown.</strong> By it the receiver
          verifies that what comes is from here: put it where secrets are kept.
          {shown.old_secret_until !== null && (
            <>
              {" "}
              The one before it is good until <When at={shown.old_secret_until} exact />.
            </>
          )}
        </ShownOnce>
      )}
    </Modal>
  );
}
