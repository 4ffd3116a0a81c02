import { Button } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import type { WholeThread } from "../api/schema";
import { useCommands } from "../commands/registry";
import { AddLead } from "../leads/AddLead";
import { useMayWrite } from "../session/session";
import { Chip } from "../ui/Chip";
import { Face } from "../ui/Face";
import { LinkButton } from "../ui/LinkButton";
import { BackToList, PaneHead } from "../ui/Split";
import { Failed, Lines, Stale } from "../ui/states";
import styles from "./Conversations.module.css";
import { nameParts, withWhom } from "./names";
import { CallEntry } from "./parts/CallEntry";
import { EmailEntry } from "./parts/EmailEntry";
import { threadById } from "./queries";

/** One conversation: with whom, and all that was said, the latest last. */
export function ThreadPane({ id }: { id: string }) {
  const thread = useQuery(threadById(id));
  if (thread.isPending) {
    return (
      <>
        <Back />
        <Lines count={8} label="Loading the conversation" />
      </>
    );
  }
  if (!thread.data) {
    return (
      <>
        <Back />
        <Failed error={thread.error} retry={() => void thread.refetch()} what="conversation" />
      </>
    );
  }
  return (
    <>
      {thread.isError && <Stale error={thread.error} retry={() => void thread.refetch()} />}
      <Shown thread={thread.data} />
    </>
  );
}

function Back() {
  return (
    <BackToList
      to="/conversations"
      search={(now) => ({ ...now, thread: undefined })}
      aria-label="Back to the conversations"
    />
  );
}

function Shown({ thread }: { thread: WholeThread }) {
  const navigate = useNavigate();
  const mayWrite = useMayWrite();
  const latest = useRef<HTMLLIElement>(null);
  const [adding, setAdding] = useState(false);
  const name = withWhom(thread);
  const { lead_id: leadId, client_id: clientId } = thread;
  const unknown = thread.person_id === null;
  const mayAdd = unknown && mayWrite;

  useEffect(() => {
    // What was said last is what one comes for; the keyboard goes on from the heading.
    latest.current?.scrollIntoView({ block: "nearest" });
  }, []);
  useCommands(
    useMemo(
      () => [
        {
          id: "thread add lead",
          title: "Add the sender as a lead",
          group: "Conversation",
          keys: "c",
          disabled: !mayAdd,
          run: () => setAdding(true),
        },
        {
          id: "thread person",
          title: "Open the lead or client",
          group: "Conversation",
          keys: "o",
          disabled: !leadId && !clientId,
          run: () => {
            if (clientId) void navigate({ to: "/clients/$clientId", params: { clientId } });
            else if (leadId) void navigate({ to: "/leads/$leadId", params: { leadId } });
          },
        },
      ],
      [clientId, leadId, mayAdd, navigate, setAdding],
    ),
  );

  return (
    <>
      <PaneHead
        back={<Back />}
        face={<Face name={name} size={38} />}
        title={name}
        actions={
          clientId ? (
            <LinkButton to="/clients/$clientId" params={{ clientId }} variant="default">
              Open client
            </LinkButton>
          ) : leadId ? (
            <LinkButton to="/leads/$leadId" params={{ leadId }} variant="default">
              Open lead
            </LinkButton>
          ) : (
            mayAdd && (
              <Button leftSection={<IconUserPlus size={17} stroke={1.7} />} onClick={() => setAdding(true)}>
                Add as lead
              </Button>
            )
          )
        }
      >
        {thread.channel === "phone" ? "Calls" : thread.subject || "(no subject)"}
        {unknown && <Chip tone="warn">Unknown sender</Chip>}
      </PaneHead>
      <ol className={styles.entries} aria-label="What was said, the latest last">
        {thread.entries.map((entry, place) => {
          const last = place === thread.entries.length - 1;
          return (
            <li key={entry.id} ref={last ? latest : undefined}>
              {entry.kind === "call" ? (
                <CallEntry call={entry} person={name} open={last} />
              ) : (
                <EmailEntry message={entry} subject={thread.subject} />
              )}
            </li>
          );
        })}
      </ol>
      {mayAdd && (
        <AddLead
          opened={adding}
          close={() => setAdding(false)}
          begin={{ ...nameParts(thread.sender_name), email: thread.sender ?? "" }}
        />
      )}
    </>
  );
}
