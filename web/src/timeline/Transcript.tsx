import { type Range, turnsOf } from "../conversations/parts/spans";
import { Marked } from "./Marked";
import styles from "./Timeline.module.css";

/** What was said, turn by turn. */
export function Transcript({ id, text, quote }: { id: string; text: string; quote: Range | null }) {
  return (
    <ol id={id} className={styles.transcript} aria-label="Transcript">
      {turnsOf(text).map(({ speaker, ours, range }) => (
        <li key={range[0]} data-ours={ours || undefined}>
          {speaker && <b>{speaker}</b>}
          <span>
            <Marked text={text} within={range} quote={quote} />
          </span>
        </li>
      ))}
    </ol>
  );
}
