import {
  IconChevronRight,
  IconPhoneIncoming,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconRecordMail,
} from "@tabler/icons-react";
import { useId, useState } from "react";
import type { Call, Disposition } from "../../api/schema";
import { useNameOf } from "../../directory/queries";
import { Transcript } from "../../timeline/Transcript";
import { Chip, type Tone } from "../../ui/Chip";
import { duration, words } from "../../ui/format";
import { When } from "../../ui/When";
import styles from "./Entry.module.css";
import { turnsOf } from "./spans";

const TONES: Record<Disposition, Tone> = {
  connected: "good",
  callback_requested: "info",
  voicemail: "plain",
  no_answer: "plain",
  busy: "plain",
  wrong_number: "warn",
  not_interested: "warn",
  do_not_call: "bad",
};

interface CallEntryProps {
  call: Call;
  /** Whom the call was with. */
  person: string;
  /** Whether what was said is shown from the beginning. */
  open: boolean;
}

/** A call in its conversation: between whom, how it ended, and what was said. */
export function CallEntry({ call, person, open: openFirst }: CallEntryProps) {
  const nameOf = useNameOf();
  const id = useId();
  const [open, setOpen] = useState(openFirst);
  const us = nameOf(call.user_id);
  return (
    <article className={styles.entry}>
      <header className={styles.head}>
        <span className={styles.sign} data-kind="call" aria-hidden="true">
          <Sign call={call} />
        </span>
        <div className={styles.who}>
          <h3>{call.direction === "outbound" ? `${us} called ${person}` : `${person} called ${us}`}</h3>
          <p className={styles.facts}>
            <Chip tone={TONES[call.disposition]}>{words(call.disposition)}</Chip>
            {call.duration_seconds > 0 && <span className="tabular">{duration(call.duration_seconds)}</span>}
          </p>
        </div>
        <span className={styles.when}>
          <When at={call.started_at} />
        </span>
      </header>
      {call.notes && <p className={styles.notes}>{call.notes}</p>}
      {call.transcript && (
        <>
          <button
            type="button"
            className={styles.fold}
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            onClick={() => setOpen(!open)}
          >
            <IconChevronRight size={15} aria-hidden="true" />
            Transcript
            <span className={styles.none}>{turns(call.transcript)}</span>
          </button>
          {open && <Transcript id={id} text={call.transcript} quote={null} />}
        </>
      )}
    </article>
  );
}

function Sign({ call: { direction, disposition } }: { call: Call }) {
  const missed = disposition === "no_answer" || disposition === "busy";
  const Icon =
    disposition === "voicemail"
      ? IconRecordMail
      : missed
        ? IconPhoneOff
        : direction === "outbound"
          ? IconPhoneOutgoing
          : IconPhoneIncoming;
  return <Icon size={17} stroke={1.7} />;
}

function turns(transcript: string): string {
  const { length } = turnsOf(transcript);
  return length === 1 ? "1 turn" : `${length} turns`;
}
