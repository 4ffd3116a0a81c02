import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { OperatedAgency } from "../api/schema";
import { errorBeside, errorOf } from "../ui/errors";
import form from "../ui/Form.module.css";
import { useSuspend } from "./queries";

/** Asks why, and says what follows: an agency stands still at once. */
export function Suspend({ agency, close }: { agency: OperatedAgency | null; close: () => void }) {
  return (
    <Modal
      opened={agency !== null}
      onClose={close}
      title={agency ? `Suspend ${agency.name}?` : ""}
      size={520}
    >
      {agency && <Ask key={agency.id} agency={agency} close={close} />}
    </Modal>
  );
}

function Ask({ agency, close }: { agency: OperatedAgency; close: () => void }) {
  const suspending = useSuspend();
  const [reason, setReason] = useState("");
  const [turnTo, setTurnTo] = useState("");
  const wrong = errorBeside(suspending.error, ["/reason", "/turn_to"]);
  return (
    <form
      className={form.form}
      onSubmit={(event) => {
        event.preventDefault();
        suspending.mutate({ agency, reason, turnTo: turnTo.trim() }, { onSuccess: close });
      }}
    >
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <ul className={form.effects}>
        <li>Within two seconds nobody of the agency can work, and its API keys are refused.</li>
        <li>Nothing goes out for it: webhooks and the reading of messages wait.</li>
        <li>Nothing is lost. Resumed, it goes on where it was.</li>
      </ul>
      <Textarea
        data-autofocus
        label="Reason"
        description="The agency’s people read it as you write it here"
        required
        withAsterisk={false}
        rows={3}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={errorOf(suspending.error, "/reason")}
      />
      <TextInput
        label="Whom they turn to"
        description="An address or a telephone number; left empty, whom the platform names"
        maxLength={200}
        value={turnTo}
        onChange={(event) => setTurnTo(event.currentTarget.value)}
        error={errorOf(suspending.error, "/turn_to")}
      />
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Leave it at work
        </Button>
        <Button type="submit" color="red.9" loading={suspending.isPending} disabled={!reason.trim()}>
          Suspend it now
        </Button>
      </div>
    </form>
  );
}
