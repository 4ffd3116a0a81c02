import { Button } from "@mantine/core";
import { IconMail, IconPhone } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Thread } from "../api/schema";
import { Chip } from "../ui/Chip";
import { When } from "../ui/When";
import styles from "./Conversations.module.css";
import { withWhom } from "./names";

interface ThreadListProps {
  threads: readonly Thread[];
  /** Which one is open. */
  open: string | undefined;
  more: boolean;
  loadMore: () => void;
  loadingMore: boolean;
}

/** The conversations, each with its latest words. */
export function ThreadList({ threads, open, more, loadMore, loadingMore }: ThreadListProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector(`[data-thread="${open}"]`)?.scrollIntoView({ block: "nearest" });
  }, [open]);
  return (
    <>
      <ul ref={list} aria-label="Conversations">
        {threads.map((thread) => (
          <li key={thread.id}>
            <Link
              to="/conversations"
              search={(now) => ({ ...now, thread: thread.id })}
              className={styles.thread}
              data-thread={thread.id}
            >
              <Row thread={thread} />
            </Link>
          </li>
        ))}
      </ul>
      {more && (
        <Button variant="subtle" className={styles.more} loading={loadingMore} onClick={loadMore}>
          Show more
        </Button>
      )}
    </>
  );
}

function Row({ thread }: { thread: Thread }) {
  const phone = thread.channel === "phone";
  const Sign = phone ? IconPhone : IconMail;
  return (
    <>
      <span className={styles.sign} data-channel={thread.channel}>
        <Sign size={16} stroke={1.7} aria-label={phone ? "By phone" : "By email"} />
      </span>
      <span className={styles.words}>
        <span className={styles.first}>
          <strong>{withWhom(thread)}</strong>
          <small>
            <When at={thread.last_at} />
          </small>
        </span>
        <span className={styles.second}>
          {!phone && <span>{thread.subject || "(no subject)"}</span>}
          {thread.person_id === null && <Chip tone="warn">Unknown</Chip>}
        </span>
        <span className={styles.snippet}>{thread.last_snippet}</span>
      </span>
    </>
  );
}

/** Moves the focus to another conversation in the list: from the one that has it, else from the one that is open. */
export function moveInList(step: number): void {
  const links = [...document.querySelectorAll<HTMLElement>("[data-thread]")];
  const focused = links.indexOf(document.activeElement as HTMLElement);
  const from = focused === -1 ? links.findIndex((link) => link.ariaCurrent === "page") : focused;
  links[Math.max(0, Math.min(links.length - 1, from + step))]?.focus();
}
