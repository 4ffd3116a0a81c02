import { type ReactNode, useId, useState } from "react";
import type { Message } from "../api/schema";
import { Attachments } from "../conversations/parts/Attachments";
import { historyAt } from "../conversations/parts/spans";
import { Unfold } from "../ui/Unfold";
import { At } from "./At";
import { Marked } from "./Marked";
import { Nowhere } from "./Nowhere";
import { placeOf } from "./span";
import styles from "./Timeline.module.css";
import { useUnfolded } from "./useUnfolded";
import type { Source } from "./view";

const SHORT_LETTERS = 320;
const SHORT_LINES = 5;

/** An email: who wrote what, with the history that it carries folded away, and what was attached. */
export function MessageEntry({ message, source }: { message: Message; source: Source | null }) {
  const { subject, text, sender, sender_name: name, attachments } = message;
  const [open, setOpen] = useUnfolded(source);
  const id = useId();
  const inSubject = source?.source_field === "subject";
  const quote = source && placeOf(inSubject ? subject : text, source);
  const quoteInText = inSubject ? null : quote;
  const history = historyAt(text);
  // Who passes something on without a word wants that read.
  const own = text.slice(0, history).trim() === "" ? text.length : history;
  const written = text.slice(0, own).trimEnd();
  const short =
    own === text.length && written.length <= SHORT_LETTERS && written.split("\n").length <= SHORT_LINES;
  return (
    <article className={styles.card}>
      <header className={styles.cardHead}>
        <h4>{subject ? <Marked text={subject} quote={inSubject ? quote : null} /> : "(no subject)"}</h4>
        <At at={message.received_at} />
      </header>
      <p className={styles.quiet}>
        {name || sender || "Somebody"}
        {name && sender && ` · ${sender}`}
      </p>
      {source && !quote && <Nowhere source={source} />}
      {written && (
        <p id={id} className={styles.text} data-clamped={(!open && !short) || undefined}>
          <Marked text={text} within={[0, written.length]} quote={quoteInText} />
        </p>
      )}
      {open && own < text.length && (
        <Folded title="Earlier messages" opened={quoteInText !== null && quoteInText[1] > own}>
          <Marked text={text} within={[own, text.trimEnd().length]} quote={quoteInText} />
        </Folded>
      )}
      {open && message.truncated && (
        <p className={styles.quiet}>Only the beginning of this message is shown: it is very long.</p>
      )}
      {!short && (
        <Unfold open={open} setOpen={setOpen} controls={id}>
          {open ? "Show less" : "Read it all"}
        </Unfold>
      )}
      <Attachments files={attachments} />
    </article>
  );
}

function Folded({ title, opened, children }: { title: string; opened: boolean; children: ReactNode }) {
  const [asked, setAsked] = useState(false);
  const open = asked || opened;
  return (
    <div className={styles.history}>
      <Unfold open={open} setOpen={setAsked}>
        {title}
      </Unfold>
      {open && <p className={styles.text}>{children}</p>}
    </div>
  );
}
