import { Button, Checkbox, Modal, NativeSelect, Textarea } from "@mantine/core";
import { type FormEvent, lazy, Suspense, useState } from "react";
import type { Recycle } from "../api/schema";
import form from "../ui/Form.module.css";
import { submitByKey } from "../ui/keys";
import { Lines } from "../ui/states";

// Most who are lost stay so.
const ChooseReturn = lazy(() =>
  import("./recycling/ChooseReturn").then((room) => ({ default: room.ChooseReturn })),
);

/** Why a lead is lost: one of the agency's reasons, words besides, or both. */
export interface Why {
  reason: string | null;
  exit_reason: string | null;
  /** When they are worked again, if they are. */
  recycle?: Recycle;
}

interface LostReasonProps {
  leadId: string;
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

function Form({ leadId, reasons, close, lose }: LostReasonProps) {
  const [reason, setReason] = useState("");
  const [exit, setExit] = useState("");
  const [asked, setAsked] = useState(false);
  const [again, setAgain] = useState(false);
  const [when, setWhen] = useState<Recycle | null>(null);
  const wrong = asked && exit === "" && reason.trim() === "" ? "Say why, in a few words" : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if ((exit === "" && reason.trim() === "") || (again && when === null)) return;
    close();
    const why = { reason: reason.trim() || null, exit_reason: exit || null };
    lose(again && when !== null ? { ...why, recycle: when } : why);
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
      <Checkbox
        label="Work this lead again before the next X-date"
        description="It leaves board and lists until then, and comes back by itself."
        checked={again}
        onChange={(event) => setAgain(event.currentTarget.checked)}
      />
      {again && (
        <Suspense fallback={<Lines count={2} label="Loading the X-dates" />}>
          <ChooseReturn leadId={leadId} choose={setWhen} />
        </Suspense>
      )}
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" disabled={again && when === null}>
          {again ? "Lose until then" : "Move to lost"}
        </Button>
      </div>
    </form>
  );
}
