import { Button, Modal, NativeSelect, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import form from "../ui/Form.module.css";
import { submitByKey } from "../ui/keys";

/** Why a lead is lost: one of the agency's reasons, words besides, or both. */
export interface Why {
  reason: string | null;
  exit_reason: string | null;
}

interface LostReasonProps {
  /** What the agency gives to choose from; none: whatever is written. */
  reasons: readonly string[];
  close: () => void;
  lose: (why: Why) => void;
}

/** Asks why a lead is lost: it is what the next campaign learns from. */
export function LostReason({ opened, ...form }: LostReasonProps & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={form.close} title="Why is this lead lost?" size={440}>
      <Form {...form} />
    </Modal>
  );
}

function Form({ reasons, close, lose }: LostReasonProps) {
  const [reason, setReason] = useState("");
  const [exit, setExit] = useState("");
  const [asked, setAsked] = useState(false);
  const wrong = asked && exit === "" && reason.trim() === "" ? "Say why, in a few words" : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (exit === "" && reason.trim() === "") return;
    close();
    lose({ reason: reason.trim() || null, exit_reason: exit || null });
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form className={form.form} onSubmit={submit} onKeyDown={submitByKey}>
      {reasons.length > 0 && (
        <NativeSelect
          label="Reason"
          data={[{ value: "", label: "Another" }, ...reasons.map((value) => ({ value, label: value }))]}
          data-autofocus
          value={exit}
          onChange={(event) => setExit(event.currentTarget.value)}
        />
      )}
      <Textarea
        label={reasons.length > 0 ? (exit === "" ? "Which" : "More on it") : "Reason"}
        description={
          reasons.length > 0 ? undefined : "Too expensive, stays with the carrier, cannot be reached …"
        }
        autosize
        minRows={2}
        maxRows={6}
        maxLength={1000}
        data-autofocus={reasons.length === 0 || undefined}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={wrong}
      />
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit">Move to lost</Button>
      </div>
    </form>
  );
}
