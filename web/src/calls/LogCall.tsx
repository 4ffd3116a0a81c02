import { Button, Modal, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useMemo, useState } from "react";
import { api, data, newKey } from "../api/client";
import { ApiProblem } from "../api/problem";
import type { Call, Direction, Disposition } from "../api/schema";
import type { Whose } from "../timeline/queries";
import { errorBeside, errorOf } from "../ui/errors";
import form from "../ui/Form.module.css";
import { submitByKey } from "../ui/keys";
import { words } from "../ui/format";
import { said } from "../ui/toast";
import { Unfold } from "../ui/Unfold";
import { useZone } from "../ui/zone";
import { fromField, toField, zoneName } from "../ui/clock";
import { readDuration } from "./duration";
import styles from "./LogCall.module.css";

const DISPOSITIONS: readonly Disposition[] = [
  "connected",
  "voicemail",
  "no_answer",
  "busy",
  "callback_requested",
  "not_interested",
  "wrong_number",
  "do_not_call",
];
const FIELDS = ["/direction", "/started_at", "/duration_seconds", "/disposition", "/notes", "/transcript"];

interface LogCallProps {
  opened: boolean;
  close: () => void;
  whose: Whose;
  /** What the person is called. */
  person: string;
  /** Told of the call once it is logged. */
  logged: (call: Call) => void;
}

/** A call that took place, or was tried. What the service refuses stands at its field; nothing entered is lost. */
export function LogCall(props: LogCallProps) {
  return (
    <Modal opened={props.opened} onClose={props.close} title="Log a call" size={560}>
      <Form {...props} />
    </Modal>
  );
}

function Form({ close, whose, person, logged }: LogCallProps) {
  const zone = useZone();
  const queries = useQueryClient();
  const [call, setCall] = useState(() => ({
    direction: "outbound" as Direction,
    startedAt: toField(new Date(), zone),
    duration: "",
    disposition: null as Disposition | null,
    notes: "",
    transcript: "",
  }));
  // The same entries sent twice, by a second click or after a lost answer, are one call.
  // eslint-disable-next-line react/exhaustive-deps
  const key = useMemo(newKey, [call]);
  const logging = useMutation({
    mutationFn: () =>
      data(
        api.POST("/api/v1/calls", {
          headers: { "Idempotency-Key": key },
          body: {
            ...whose,
            direction: call.direction,
            disposition: required(call.disposition, "/disposition", "Say how the call ended"),
            started_at: required(fromField(call.startedAt, zone), "/started_at", "Say when the call began"),
            duration_seconds: required(
              readDuration(call.duration),
              "/duration_seconds",
              "Write it as 5:30 or 5 min",
            ),
            notes: call.notes.trim() === "" ? null : call.notes,
            transcript: call.transcript.trim() === "" ? null : call.transcript,
          },
        }),
      ),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ["timeline"] });
      said(`The call with ${person} is logged`);
      logged(made);
      close();
    },
  });
  const enter = <K extends keyof typeof call>(field: K, value: (typeof call)[K]) =>
    setCall((now) => ({ ...now, [field]: value }));
  const error = (pointer: string) => errorOf(logging.error, pointer);
  const wrong = errorBeside(logging.error, FIELDS);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!logging.isPending) logging.mutate();
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form className={form.form} onSubmit={submit} onKeyDown={submitByKey}>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <SegmentedControl
        aria-label="Who called"
        fullWidth
        value={call.direction}
        onChange={(direction) => enter("direction", direction as Direction)}
        data={[
          { value: "outbound", label: "We called" },
          { value: "inbound", label: `${person} called` },
        ]}
      />
      <Ending
        chosen={call.disposition}
        choose={(disposition) => enter("disposition", disposition)}
        error={error("/disposition")}
      />
      <div className={form.pair}>
        <TextInput
          label="Began at"
          description={zoneName(zone)}
          type="datetime-local"
          value={call.startedAt}
          onChange={(event) => enter("startedAt", event.currentTarget.value)}
          error={error("/started_at")}
        />
        <TextInput
          label="Duration"
          description="5:30 or 5 min"
          value={call.duration}
          onChange={(event) => enter("duration", event.currentTarget.value)}
          error={error("/duration_seconds")}
          autoComplete="off"
        />
      </div>
      <Textarea
        label="Notes"
        autosize
        minRows={3}
        maxRows={10}
        value={call.notes}
        onChange={(event) => enter("notes", event.currentTarget.value)}
        error={error("/notes")}
      />
      <TranscriptField
        value={call.transcript}
        enter={(transcript) => enter("transcript", transcript)}
        error={error("/transcript")}
      />
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" loading={logging.isPending}>
          Log call
        </Button>
      </div>
    </form>
  );
}

/** The same kind of complaint as the service would make, before it is asked. */
function required<T>(value: T | null, pointer: string, detail: string): T {
  if (value === null) throw new ApiProblem(422, detail, { [pointer]: detail });
  return value;
}

function Ending({
  chosen,
  choose,
  error,
}: {
  chosen: Disposition | null;
  choose: (disposition: Disposition) => void;
  error: string | null;
}) {
  const errorId = useId();
  const name = useId();
  return (
    <fieldset className={styles.ending} aria-describedby={error ? errorId : undefined}>
      <legend>How it ended</legend>
      <div className={styles.choices}>
        {DISPOSITIONS.map((disposition, place) => (
          <label key={disposition}>
            <input
              type="radio"
              name={name}
              value={disposition}
              checked={chosen === disposition}
              onChange={() => choose(disposition)}
              data-autofocus={place === 0 || undefined}
            />
            <span>{words(disposition)}</span>
          </label>
        ))}
      </div>
      {error && (
        <p id={errorId} role="alert" className={styles.error}>
          {error}
        </p>
      )}
    </fieldset>
  );
}

function TranscriptField({
  value,
  enter,
  error,
}: {
  value: string;
  enter: (value: string) => void;
  error: string | null;
}) {
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.transcript}>
      <Unfold open={open} setOpen={setOpen}>
        {value && !open ? "Transcript entered" : "Transcript"}
      </Unfold>
      {(open || error) && (
        <Textarea
          aria-label="Transcript"
          description="A line a turn, each begun by its speaker: “Agent: …”. It is read for X-dates, carriers, premiums and plans."
          autosize
          minRows={5}
          maxRows={12}
          value={value}
          onChange={(event) => enter(event.currentTarget.value)}
          error={error}
        />
      )}
    </div>
  );
}
