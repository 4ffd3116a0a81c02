import { IconMail, IconPhone } from "@tabler/icons-react";
import type { Thread } from "../api/schema";
import { Chip } from "../ui/Chip";
import { Sign } from "../ui/Sign";
import { Entries, EntryLink, EntryWords, ShowMore } from "../ui/Split";
import { When } from "../ui/When";
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
  return (
    <>
      <Entries label="Conversations" open={open}>
        {threads.map((thread) => (
          <EntryLink
            key={thread.id}
            to="/conversations"
            search={(now) => ({ ...now, thread: thread.id })}
            entry={thread.id}
          >
            <Line thread={thread} />
          </EntryLink>
        ))}
      </Entries>
      {more && <ShowMore load={loadMore} loading={loadingMore} />}
    </>
  );
}

function Line({ thread }: { thread: Thread }) {
  const phone = thread.channel === "phone";
  const unknown = thread.person_id === null;
  const Icon = phone ? IconPhone : IconMail;
  return (
    <>
      <Sign tone={phone ? "accent" : "info"}>
        <Icon size={16} stroke={1.7} aria-label={phone ? "By phone" : "By email"} />
      </Sign>
      <EntryWords
        title={withWhom(thread)}
        when={<When at={thread.last_at} />}
        second={
          (!phone || unknown) && (
            <>
              {!phone && <span>{thread.subject || "(no subject)"}</span>}
              {unknown && <Chip tone="warn">Unknown</Chip>}
            </>
          )
        }
        snippet={thread.last_snippet}
      />
    </>
  );
}
