import { Button, Checkbox, Modal, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import form from "../ui/Form.module.css";
import { errorBeside, errorOf } from "../ui/errors";
import { eventName } from "../ui/eventNames";
import { submitByKey } from "../ui/keys";
import { type HeldUp, keyOf } from "./letters";
import styles from "./Operations.module.css";
import { useDiscard } from "./queries";
import { serviceTitle } from "./services";

interface DiscardProps {
  close: () => void;
  /** Has what waited behind it taken up. */
  goOn: (held: HeldUp) => void;
}

/** Asks why an event is given up, and says what that means: nobody takes it up again. */
export function Discard({ held, ...props }: { held: HeldUp | null } & DiscardProps) {
  return (
    <Modal opened={held !== null} onClose={props.close} title="Discard this event?" size={480}>
      {held && <Form held={held} {...props} />}
    </Modal>
  );
}

function Form({ held, close, goOn }: { held: HeldUp } & DiscardProps) {
  const { head, behind } = held;
  const [reason, setReason] = useState("");
  const [goingOn, setGoingOn] = useState(true);
  const [asked, setAsked] = useState(false);
  const discard = useDiscard();
  const missing = reason.trim() === "";
  const done = () => {
    close();
    const [next, ...rest] = behind;
    if (next && goingOn) goOn({ key: keyOf(next), head: next, behind: rest });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (missing) return;
    discard.mutate({ held, because: reason.trim() }, { onSuccess: done });
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form className={form.form} onSubmit={submit} onKeyDown={submitByKey}>
      <div className={styles.meaning}>
        <p>
          <strong>{head.consumer}</strong> will never take “{eventName(head.type).title}”, event{" "}
          {head.sequence.toLocaleString("en-US")} of {serviceTitle(head.source)}: what it shows will be
          without it. The event itself stays in the history of {serviceTitle(head.source)}.
        </p>
        <p>
          <strong>This cannot be undone.</strong>
        </p>
      </div>
      <Textarea
        label="Reason"
        description="It is kept with the event, with your name."
        autosize
        minRows={2}
        maxRows={6}
        maxLength={500}
        data-autofocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={asked && missing ? "Say why, in a few words" : errorOf(discard.error, "/because")}
      />
      {behind.length > 0 && (
        <Checkbox
          label={
            behind.length === 1
              ? "Then take the event that waits behind it"
              : `Then take the ${behind.length} events that wait behind it, in order`
          }
          checked={goingOn}
          onChange={(event) => setGoingOn(event.currentTarget.checked)}
        />
      )}
      {errorBeside(discard.error, ["/because"]) && (
        <p className={form.wrong} role="alert">
          {errorBeside(discard.error, ["/because"])}
        </p>
      )}
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" color="red.9" loading={discard.isPending}>
          Discard the event
        </Button>
      </div>
    </form>
  );
}
