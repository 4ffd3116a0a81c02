import { IconChevronRight } from "@tabler/icons-react";
import { useId } from "react";
import type { Call, Disposition } from "../api/schema";
import { turnsOf } from "../conversations/parts/spans";
import { useNameOf } from "../directory/queries";
import { Chip, type Tone } from "../ui/Chip";
import { duration, words } from "../ui/format";
import { At } from "./At";
import { Marked } from "./Marked";
import { Nowhere } from "./Nowhere";
import { placeOf } from "./span";
import styles from "./Timeline.module.css";
import { Transcript } from "./Transcript";
import { useUnfolded } from "./useUnfolded";
import type { Source } from "./view";

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

/** A call: how it ended, what was noted, and what was said in it. */
export function CallEntry({ call, person, source }: { call: Call; person: string; source: Source | null }) {
  const nameOf = useNameOf();
  const id = useId();
  const inTranscript = source?.source_field === "transcript";
  const [open, setOpen] = useUnfolded(inTranscript ? source : null);
  const text = source && (inTranscript ? call.transcript : call.notes);
  const quote = source && text ? placeOf(text, source) : null;
  const us = nameOf(call.user_id);
  return (
    <article className={styles.card}>
      <header className={styles.cardHead}>
        <h4>{call.direction === "outbound" ? `${us} called` : `${person} called ${us}`}</h4>
        <Chip tone={TONES[call.disposition]}>{words(call.disposition)}</Chip>
        {call.duration_seconds > 0 && <span className={styles.quiet}>{duration(call.duration_seconds)}</span>}
        <At at={call.started_at} />
      </header>
      {source && !quote && <Nowhere source={source} />}
      {call.notes && (
        <p className={styles.text}>
          <Marked text={call.notes} quote={inTranscript ? null : quote} />
        </p>
      )}
      {call.transcript && (
        <>
          <button
            type="button"
            className={styles.unfold}
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            onClick={() => setOpen(!open)}
          >
            <IconChevronRight size={15} aria-hidden="true" />
            Transcript
            <span className={styles.quiet}>{turns(call.transcript)}</span>
          </button>
          {open && <Transcript id={id} text={call.transcript} quote={inTranscript ? quote : null} />}
        </>
      )}
    </article>
  );
}

function turns(transcript: string): string {
  const { length } = turnsOf(transcript);
  return length === 1 ? "1 turn" : `${length} turns`;
}
