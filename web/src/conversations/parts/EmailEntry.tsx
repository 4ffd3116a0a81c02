import { IconMail } from "@tabler/icons-react";
import { useId, useState } from "react";
import type { Message } from "../../api/schema";
import { Sign } from "../../ui/Sign";
import { Unfold } from "../../ui/Unfold";
import { When } from "../../ui/When";
import { Attachments } from "./Attachments";
import styles from "./Entry.module.css";
import { historyAt } from "./spans";

/** An email in its conversation: the sender's own words, what they answer folded away, what was attached. */
export function EmailEntry({ message, subject }: { message: Message; subject: string }) {
  const { text } = message;
  const history = historyAt(text);
  const own = text.slice(0, history).trim();
  const earlier = text.slice(history).trim();
  // Only a message of another subject than the conversation's says its own.
  const another = bare(message.subject) !== bare(subject);
  return (
    <article className={styles.entry}>
      <header className={styles.head}>
        <Sign tone="info">
          <IconMail size={17} stroke={1.7} aria-hidden="true" />
        </Sign>
        <div className={styles.who}>
          <h3>{message.sender_name || message.sender || "Somebody"}</h3>
          <p className={styles.facts}>
            {message.sender_name && message.sender && <span>{message.sender}</span>}
            {message.recipients.length > 0 && <span>to {message.recipients.join(", ")}</span>}
          </p>
        </div>
        <span className={styles.when}>
          <When at={message.received_at} />
        </span>
      </header>
      {another && <p className={styles.subject}>{message.subject || "(no subject)"}</p>}
      {own && <p className={styles.text}>{own}</p>}
      {!own && !earlier && <p className={styles.none}>This message has no text.</p>}
      {/* Who passes something on without a word wants that read. */}
      {earlier && <Earlier text={earlier} openFirst={!own} />}
      {message.truncated && (
        <p className={styles.none}>Only the beginning of this message is shown: it is very long.</p>
      )}
      <Attachments files={message.attachments} />
    </article>
  );
}

function Earlier({ text, openFirst }: { text: string; openFirst: boolean }) {
  const id = useId();
  const [open, setOpen] = useState(openFirst);
  return (
    <>
      <Unfold open={open} setOpen={setOpen} controls={open ? id : undefined}>
        Earlier messages
      </Unfold>
      {open && (
        <p id={id} className={styles.history}>
          {text}
        </p>
      )}
    </>
  );
}

/** A subject without what programs put before it. */
function bare(subject: string): string {
  return subject
    .replace(/^(?:\s*(?:re|fwd?|aw|wg)\s*:)+/i, "")
    .trim()
    .toLowerCase();
}
