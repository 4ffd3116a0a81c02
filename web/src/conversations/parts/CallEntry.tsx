import { IconPhoneIncoming, IconPhoneOff, IconPhoneOutgoing, IconRecordMail } from "@tabler/icons-react";
import { useState } from "react";
import type { Call } from "../../api/schema";
import { DispositionChip } from "../../calls/DispositionChip";
import { useNameOf } from "../../directory/queries";
import { FoldedTranscript } from "../../timeline/FoldedTranscript";
import { duration } from "../../ui/format";
import { Sign } from "../../ui/Sign";
import { When } from "../../ui/When";
import styles from "./Entry.module.css";

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
  const [open, setOpen] = useState(openFirst);
  const us = nameOf(call.user_id);
  return (
    <article className={styles.entry}>
      <header className={styles.head}>
        <Sign tone="accent">
          <How call={call} />
        </Sign>
        <div className={styles.who}>
          <h3>{call.direction === "outbound" ? `${us} called ${person}` : `${person} called ${us}`}</h3>
          <p className={styles.facts}>
            <DispositionChip disposition={call.disposition} />
            {call.duration_seconds > 0 && <span className="tabular">{duration(call.duration_seconds)}</span>}
          </p>
        </div>
        <span className={styles.when}>
          <When at={call.started_at} />
        </span>
      </header>
      {call.notes && <p className={styles.notes}>{call.notes}</p>}
      {call.transcript && (
        <FoldedTranscript text={call.transcript} quote={null} open={open} setOpen={setOpen} />
      )}
    </article>
  );
}

function How({ call: { direction, disposition } }: { call: Call }) {
  const missed = disposition === "no_answer" || disposition === "busy";
  const Icon =
    disposition === "voicemail"
      ? IconRecordMail
      : missed
        ? IconPhoneOff
        : direction === "outbound"
          ? IconPhoneOutgoing
          : IconPhoneIncoming;
  return <Icon size={17} stroke={1.7} aria-hidden="true" />;
}
