import { Button, Modal } from "@mantine/core";
import type { ApiKey } from "../../api/schema";
import { Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { useRevokeKey } from "./queries";

/** Asks once more: what uses the key stops at once, and nothing brings it back. */
export function RevokeKey({ revoked, close }: { revoked: ApiKey | null; close: () => void }) {
  return (
    <Modal
      opened={revoked !== null}
      onClose={close}
      title={revoked ? `Revoke ${revoked.name}?` : ""}
      size={480}
    >
      {revoked && <Ask key={revoked.id} revoked={revoked} close={close} />}
    </Modal>
  );
}

function Ask({ revoked, close }: { revoked: ApiKey; close: () => void }) {
  const revoking = useRevokeKey();
  return (
    <div className={form.form}>
      <Wrong error={revoking.error} />
      <p>
        Whatever uses this key stops within two seconds. It cannot be taken back: a new key is another key.
      </p>
      <div className={form.actions}>
        <Button variant="default" data-autofocus onClick={close}>
          Keep it
        </Button>
        <Button
          color="red.9"
          loading={revoking.isPending}
          onClick={() => revoking.mutate(revoked, { onSuccess: close })}
        >
          Revoke it now
        </Button>
      </div>
    </div>
  );
}
