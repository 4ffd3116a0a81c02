import { Button, Modal } from "@mantine/core";
import { IconArrowMerge, IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { LeadMerge, UnmergePreview } from "../../api/schema";
import { useNameOf } from "../../directory/queries";
import form from "../../ui/Form.module.css";
import { phone } from "../../ui/format";
import { LinkButton } from "../../ui/LinkButton";
import record from "../../ui/Record.module.css";
import { Empty, Failed, Lines } from "../../ui/states";
import { said } from "../../ui/toast";
import { When } from "../../ui/When";
import { useLeadFields } from "../own/queries";
import { mergedHistory, mergesOf, pairsOf, unmergePreview, useUnmerge } from "./queries";
import styles from "./Review.module.css";
import { fieldInWords, reasonsInWords, valueInWords } from "./words";

/** Which leads go on as this one, each with its history and the way back; and who may be the same. Nothing where there is none. */
export function MergedFrom({ id, mayWrite }: { id: string; mayWrite: boolean }) {
  const { data } = useQuery(mergesOf(id));
  const { data: pairs } = useQuery(pairsOf(id));
  const [shown, setShown] = useState<{ merge: LeadMerge; what: "history" | "undo" } | null>(null);
  const close = () => setShown(null);
  return (
    <>
      {pairs?.map((pair) => {
        const other = pair.leads.find((each) => each.id !== id)!;
        return (
          <div key={other.id} className={record.notice}>
            <div className={styles.merged} role="note">
              <IconUsersGroup size={18} stroke={1.7} aria-hidden="true" />
              <span>
                This may be the same person as <strong>{other.display_name}</strong>:{" "}
                {reasonsInWords(pair.reasons).toLowerCase()}.
              </span>
              <LinkButton
                to="/leads/duplicates/$leadId/$otherId"
                params={{ leadId: id, otherId: other.id }}
                size="compact-sm"
                variant="default"
              >
                Look at both
              </LinkButton>
            </div>
          </div>
        );
      })}
      {data?.map((merge) => (
        <div key={merge.id} className={record.notice}>
          <div className={styles.merged} role="note">
            <IconArrowMerge size={18} stroke={1.7} aria-hidden="true" />
            <span>
              Merged from <strong>{merge.display_name}</strong>
              {merge.email && ` (${merge.email})`}
              {!merge.email && merge.phone && ` (${phone(merge.phone)})`}, who came by {merge.source}:{" "}
              <When at={merge.merged_at} />
            </span>
            <Button size="compact-sm" variant="subtle" onClick={() => setShown({ merge, what: "history" })}>
              Their history
            </Button>
            {mayWrite && (
              <Button size="compact-sm" variant="default" onClick={() => setShown({ merge, what: "undo" })}>
                Unmerge…
              </Button>
            )}
          </div>
        </div>
      ))}
      <Modal
        opened={shown !== null}
        onClose={close}
        title={
          shown?.what === "undo"
            ? `Take ${shown.merge.display_name} apart again`
            : `What happened to ${shown?.merge.display_name ?? ""} before`
        }
        size={560}
      >
        {shown?.what === "undo" && <Unmerge merge={shown.merge} close={close} />}
        {shown?.what === "history" && <Theirs merge={shown.merge} />}
      </Modal>
    </>
  );
}

function Unmerge({ merge, close }: { merge: LeadMerge; close: () => void }) {
  const preview = useQuery(unmergePreview(merge.lead_id, merge.id));
  const unmerging = useUnmerge();
  const take = () =>
    unmerging.mutate(
      { leadId: merge.lead_id, mergeId: merge.id },
      {
        onSuccess: () => {
          said(`${merge.display_name} is a lead of their own again`);
          close();
        },
      },
    );
  if (preview.error)
    return <Failed error={preview.error} retry={() => void preview.refetch()} what="merge" />;
  if (!preview.data) return <Lines count={4} label="Loading what would change" />;
  return (
    <div className={form.form}>
      <p>{merge.display_name} comes back as they were, with their own history and conversations.</p>
      <Changes preview={preview.data} />
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button loading={unmerging.isPending} onClick={take}>
          Unmerge
        </Button>
      </div>
    </div>
  );
}

function Changes({ preview }: { preview: UnmergePreview }) {
  const own = useLeadFields();
  const nameOf = useNameOf();
  const value = (field: string, said: string | null) => valueInWords(field, said, nameOf);
  return (
    <>
      {preview.back.length + preview.tags_removed.length > 0 && (
        <div>
          <p>This lead is set back:</p>
          <ul className={styles.stays}>
            {preview.back.map((each) => (
              <li key={each.field}>
                {fieldInWords(each.field, own)}: {value(each.field, each.now)} →{" "}
                {value(each.field, each.before)}
              </li>
            ))}
            {preview.tags_removed.length > 0 && <li>Tags taken off: {preview.tags_removed.join(", ")}</li>}
          </ul>
        </div>
      )}
      {preview.stays.length > 0 && (
        <div role="note">
          <p>
            <strong>Changed since, and stays as it is now:</strong>
          </p>
          <ul className={styles.stays}>
            {preview.stays.map((each) => (
              <li key={each.field}>
                {fieldInWords(each.field, own)}: {value(each.field, each.now)} (before the merge{" "}
                {value(each.field, each.before)}, by it {value(each.field, each.merged)})
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Theirs({ merge }: { merge: LeadMerge }) {
  const { data, error, refetch } = useQuery(mergedHistory(merge.lead_id, merge.id));
  const own = useLeadFields();
  if (error) return <Failed error={error} retry={() => void refetch()} what="history" />;
  if (!data) return <Lines count={5} label="Loading their history" />;
  if (data.length === 0) return <Empty title="Nothing is known" />;
  return (
    <ol className={styles.entries}>
      {data.map((entry) => (
        <li key={entry.event_id}>
          {entry.title}{" "}
          <small>
            <When at={entry.occurred_at} />
          </small>
          {entry.changes.length > 0 && (
            <p>
              <small>
                {entry.changes
                  .map(
                    ({ field, old, new: now }) =>
                      `${fieldInWords(field, own)}: ${old ?? "—"} → ${now ?? "—"}`,
                  )
                  .join("; ")}
              </small>
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
