import type { Call } from "../api/schema";
import { DispositionChip } from "../calls/DispositionChip";
import { useNameOf } from "../directory/queries";
import { duration } from "../ui/format";
import { At } from "./At";
import { FoldedTranscript } from "./FoldedTranscript";
import { Marked } from "./Marked";
import { Nowhere } from "./Nowhere";
import { placeOf } from "./span";
import styles from "./Timeline.module.css";
import { useUnfolded } from "./useUnfolded";
import type { Source } from "./view";

/** A call: how it ended, what was noted, and what was said in it. */
export function CallEntry({ call, person, source }: { call: Call; person: string; source: Source | null }) {
  const nameOf = useNameOf();
  const inTranscript = source?.source_field === "transcript";
  const [open, setOpen] = useUnfolded(inTranscript ? source : null);
  const text = source && (inTranscript ? call.transcript : call.notes);
  const quote = source && text ? placeOf(text, source) : null;
  const us = nameOf(call.user_id);
  return (
    <article className={styles.card}>
      <header className={styles.cardHead}>
        <h4>{call.direction === "outbound" ? `${us} called` : `${person} called ${us}`}</h4>
        <DispositionChip disposition={call.disposition} />
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
        <FoldedTranscript
          text={call.transcript}
          quote={inTranscript ? quote : null}
          open={open}
          setOpen={setOpen}
        />
      )}
    </article>
  );
}
