import { IconMail, IconPaperclip } from "@tabler/icons-react";
import { useId, useMemo, useState } from "react";
import { fileSize } from "../../ui/format";
import { When } from "../../ui/When";
import styles from "./Entry.module.css";
import { Marked } from "./Marked";
import { historyAt, type Range, rangeOf } from "./spans";
import type { Highlight, Message } from "./types";

interface EmailEntryProps {
  message: Message;
  /** What is pointed at; it is shown, marked and brought into view. */
  highlight?: Highlight | null;
  /** The heading's level on the page it stands on. */
  level?: 2 | 3 | 4;
  /** Whether the subject is said elsewhere already. */
  withoutSubject?: boolean;
}

/** An email as it reached the agency: the sender's own words first, what they answer folded away. */
export function EmailEntry({ message, highlight, level = 3, withoutSubject = false }: EmailEntryProps) {
  const Heading = `h${level}` as const;
  const { text, subject } = message;
  const history = useMemo(() => historyAt(text), [text]);
  const mark = useMemo<Range | null>(
    () => (highlight?.field === "text" ? rangeOf(text, highlight) : null),
    [text, highlight],
  );
  const subjectMark = highlight?.field === "subject" ? rangeOf(subject, highlight) : null;
  const own = text.slice(0, history).trimEnd().length;
  const sender = message.sender_name || message.sender || "Somebody";
  return (
    <article className={styles.entry} data-kind="message">
      <header className={styles.head}>
        <span className={styles.sign} data-kind="message" aria-hidden="true">
          <IconMail size={17} stroke={1.7} />
        </span>
        <div className={styles.who}>
          <Heading>{sender}</Heading>
          <p className={styles.facts}>
            <span>
              {message.sender_name && message.sender && `${message.sender} `}
              {message.recipients.length > 0 && `to ${message.recipients.join(", ")}`}
            </span>
          </p>
        </div>
        <span className={styles.when}>
          <When at={message.received_at} />
        </span>
      </header>
      {(!withoutSubject || subjectMark) && (
        <p className={styles.subject}>
          {subject ? <Marked text={subject} mark={subjectMark} /> : "(no subject)"}
        </p>
      )}
      {own > 0 ? (
        <p className={styles.text}>
          <Marked text={text} within={[0, own]} mark={mark} />
        </p>
      ) : (
        history === text.length && <p className={styles.none}>This message has no text.</p>
      )}
      {history < text.length && (
        <History text={text} at={history} mark={mark && mark[1] > history ? mark : null} />
      )}
      {message.truncated && (
        <p className={styles.none}>Only the beginning of this message is shown: it is very long.</p>
      )}
      {message.attachments.length > 0 && (
        <ul className={styles.attachments} aria-label="Attachments">
          {message.attachments.map((file, place) => (
            // Two files may have the same name.
            // eslint-disable-next-line react/no-array-index-key
            <li key={`${place} ${file.filename}`}>
              <IconPaperclip size={14} aria-hidden="true" />
              <span>{file.filename || "Without a name"}</span>
              <small className="tabular">{fileSize(file.size)}</small>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

function History({ text, at, mark }: { text: string; at: number; mark: Range | null }) {
  const id = useId();
  const [asked, setAsked] = useState(false);
  const open = asked || mark !== null;
  return (
    <>
      <button
        type="button"
        className={styles.fold}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setAsked(!open)}
      >
        {open ? "Hide what it answers" : "Show what it answers"}
      </button>
      <p id={id} className={styles.history} hidden={!open}>
        <Marked text={text} within={[at, text.length]} mark={mark} />
      </p>
    </>
  );
}
