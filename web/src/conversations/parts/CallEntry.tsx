import { IconPhoneIncoming, IconPhoneOff, IconPhoneOutgoing, IconRecordMail } from "@tabler/icons-react";
import { useId, useMemo, useState } from "react";
import type { Disposition } from "../../api/schema";
import { useNameOf } from "../../directory/queries";
import { Chip, type Tone } from "../../ui/Chip";
import { duration, words } from "../../ui/format";
import { When } from "../../ui/When";
import styles from "./Entry.module.css";
import { Marked } from "./Marked";
import { rangeOf, turnsOf } from "./spans";
import type { Call, Highlight } from "./types";

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

const FOLDED_TURNS = 6;

interface CallEntryProps {
  call: Call;
  /** Whom the call was with. */
  personName: string | null;
  /** What is pointed at; it is shown, marked and brought into view. */
  highlight?: Highlight | null;
  /** The heading's level on the page it stands on. */
  level?: 2 | 3 | 4;
  /** Everything at once, instead of a long transcript's beginning. */
  whole?: boolean;
}

/** A telephone call: between whom, how it ended, and what was said. */
export function CallEntry({ call, personName, highlight, level = 3, whole = false }: CallEntryProps) {
  const nameOf = useNameOf();
  const Heading = `h${level}` as const;
  const outbound = call.direction === "outbound";
  const notes = highlight?.field === "notes" && call.notes ? rangeOf(call.notes, highlight) : null;
  const [from, to] = [nameOf(call.user_id), personName ?? "somebody"];
  return (
    <article className={styles.entry} data-kind="call" data-ours={outbound || undefined}>
      <header className={styles.head}>
        <span className={styles.sign} data-kind="call" aria-hidden="true">
          <Sign call={call} />
        </span>
        <div className={styles.who}>
          <Heading>{outbound ? `${from} called ${to}` : `${to} called ${from}`}</Heading>
          <p className={styles.facts}>
            <Chip tone={TONES[call.disposition]}>{words(call.disposition)}</Chip>
            {call.duration_seconds > 0 && <span className="tabular">{duration(call.duration_seconds)}</span>}
          </p>
        </div>
        <span className={styles.when}>
          <When at={call.started_at} />
        </span>
      </header>
      {call.notes && (
        <div className={styles.notes}>
          <strong>Notes</strong>
          <p className={styles.text}>
            <Marked text={call.notes} mark={notes} />
          </p>
        </div>
      )}
      {call.transcript && (
        <Transcript
          text={call.transcript}
          whole={whole}
          highlight={highlight?.field === "transcript" ? highlight : null}
        />
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

function Transcript({
  text,
  highlight,
  whole,
}: {
  text: string;
  highlight: Highlight | null;
  whole: boolean;
}) {
  const id = useId();
  const turns = useMemo(() => turnsOf(text), [text]);
  const mark = useMemo(() => (highlight ? rangeOf(text, highlight) : null), [text, highlight]);
  const [asked, setAsked] = useState(false);
  const long = turns.length > FOLDED_TURNS + 2;
  const open = asked || whole || !long || mark !== null;
  return (
    <div className={styles.transcript}>
      <ol id={id} aria-label="Transcript">
        {(open ? turns : turns.slice(0, FOLDED_TURNS)).map((turn) => (
          <li key={turn.range[0]} data-ours={turn.ours || undefined}>
            {turn.speaker && <span className={styles.speaker}>{turn.speaker}</span>}
            <span className={styles.text}>
              <Marked text={text} within={turn.range} mark={mark} />
            </span>
          </li>
        ))}
      </ol>
      {long && !whole && mark === null && (
        <button
          type="button"
          className={styles.fold}
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setAsked(!asked)}
        >
          {open ? "Show less" : `Show all ${turns.length} turns`}
        </button>
      )}
    </div>
  );
}
