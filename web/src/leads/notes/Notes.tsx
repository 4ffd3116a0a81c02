import { Button } from "@mantine/core";
import { IconNote } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { LeadNote } from "../../api/schema";
import { useNameOf, useUsers } from "../../directory/queries";
import { useMayAdminister, useMe } from "../../session/session";
import { Face } from "../../ui/Face";
import { Failed, Lines, Stale } from "../../ui/states";
import { failed } from "../../ui/toast";
import { When } from "../../ui/When";
import { pieces } from "./mentions";
import { NoteEditor } from "./NoteEditor";
import styles from "./Notes.module.css";
import { notesOf, useRemoveNote, useSeen } from "./queries";

const LATEST = 3;

interface NotesProps {
  leadId: string;
  mayWrite: boolean;
  /** Whether a new one is being written. */
  writing: boolean;
  write: (writing: boolean) => void;
}

/** What colleagues wrote about a lead: the latest, and the others where they are wanted. */
export function Notes({ leadId, mayWrite, writing, write }: NotesProps) {
  const notes = useInfiniteQuery(notesOf(leadId));
  const [all, setAll] = useState(false);
  const items = notes.data?.pages.flatMap((page) => page.items);
  useSeen(leadId, items !== undefined);
  const shown = all ? items : items?.slice(0, LATEST);
  const more = items !== undefined && (all ? notes.hasNextPage : items.length > LATEST || notes.hasNextPage);
  return (
    <section className={styles.notes} aria-label="Notes">
      {mayWrite &&
        (writing ? (
          <NoteEditor leadId={leadId} done={() => write(false)} />
        ) : (
          <button type="button" className={styles.begin} onClick={() => write(true)}>
            <IconNote size={16} aria-hidden="true" /> Write a note
          </button>
        ))}
      {notes.isError && items && <Stale error={notes.error} retry={() => void notes.refetch()} />}
      {items === undefined ? (
        notes.isError ? (
          <Failed error={notes.error} retry={() => void notes.refetch()} what="notes" />
        ) : (
          <Lines count={2} label="Loading the notes" />
        )
      ) : (
        shown &&
        shown.length > 0 && (
          <ol className={styles.list}>
            {shown.map((note) => (
              <li key={note.id}>
                <One note={note} leadId={leadId} mayWrite={mayWrite && note.lead_id === leadId} />
              </li>
            ))}
          </ol>
        )
      )}
      {more && (
        <Button
          size="compact-sm"
          variant="subtle"
          loading={notes.isFetchingNextPage}
          onClick={() => (all ? void notes.fetchNextPage() : setAll(true))}
        >
          Earlier notes
        </Button>
      )}
    </section>
  );
}

function One({ note, leadId, mayWrite }: { note: LeadNote; leadId: string; mayWrite: boolean }) {
  const { user: me } = useMe();
  const administers = useMayAdminister();
  const users = useUsers();
  const nameOf = useNameOf();
  const [doing, setDoing] = useState<"change" | "remove" | null>(null);
  const { mutate: remove, isPending } = useRemoveNote(leadId);
  const own = note.author_id === me.id;
  const author = note.author_id === null ? "GardenOS" : nameOf(note.author_id);
  if (doing === "change") return <NoteEditor leadId={leadId} note={note} done={() => setDoing(null)} />;
  return (
    <article className={styles.note} aria-label={`Note by ${author}`}>
      <Face name={author} size={28} />
      <div>
        <p className={styles.head}>
          <strong>{own ? "You" : author}</strong> <When at={note.written_at} />
          {note.changed_at !== null && (
            <>
              {" · changed "}
              <When at={note.changed_at} />
            </>
          )}
          {note.lead_id !== leadId && " · before the merge"}
        </p>
        <p className={styles.text}>
          {pieces(
            note.text,
            users.filter(({ id }) => note.mentions.includes(id)),
          ).map(({ text, id, at }) =>
            id === null ? (
              text
            ) : (
              <mark key={at} className={styles.mention}>
                {text}
              </mark>
            ),
          )}
        </p>
        {mayWrite && (own || administers) && (
          <div className={styles.deeds}>
            {doing === "remove" ? (
              <>
                <span>Remove this note?</span>
                <Button
                  size="compact-sm"
                  color="red"
                  variant="light"
                  loading={isPending}
                  onClick={() =>
                    remove(note.id, { onError: (error) => failed("The note could not be removed", error) })
                  }
                >
                  Remove
                </Button>
                <Button size="compact-sm" variant="default" onClick={() => setDoing(null)}>
                  Keep
                </Button>
              </>
            ) : (
              <>
                {own && (
                  <Button size="compact-sm" variant="subtle" onClick={() => setDoing("change")}>
                    Change
                  </Button>
                )}
                <Button size="compact-sm" variant="subtle" onClick={() => setDoing("remove")}>
                  Remove
                </Button>
              </>
            )}
          </div>
        )}
      </div>
    </article>
  );
}
