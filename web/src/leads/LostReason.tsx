import { Button, Modal, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import form from "../ui/Form.module.css";
import { submitByKey } from "../ui/keys";

/** Asks why a lead is lost: it is what the next campaign learns from. */
export function LostReason({
  opened,
  close,
  lose,
}: {
  opened: boolean;
  close: () => void;
  lose: (reason: string) => void;
}) {
  return (
    <Modal opened={opened} onClose={close} title="Why is this lead lost?" size={440}>
      <Form close={close} lose={lose} />
    </Modal>
  );
}

function Form({ close, lose }: { close: () => void; lose: (reason: string) => void }) {
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (reason.trim() === "") return;
    close();
    lose(reason.trim());
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form className={form.form} onSubmit={submit} onKeyDown={submitByKey}>
      <Textarea
        label="Reason"
        description="Too expensive, stays with the carrier, cannot be reached …"
        autosize
        minRows={2}
        maxRows={6}
        maxLength={1000}
        data-autofocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={asked && reason.trim() === "" ? "Say why, in a few words" : null}
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
