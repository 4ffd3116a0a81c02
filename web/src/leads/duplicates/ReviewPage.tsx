import { Button } from "@mantine/core";
import { IconArrowsExchange, IconPhoneOff } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { MergeField, MergePreview, Verdict } from "../../api/schema";
import { useCommands } from "../../commands/registry";
import { useNameOf } from "../../directory/queries";
import { useMayWrite } from "../../session/session";
import { BackTo } from "../../ui/BackTo";
import form from "../../ui/Form.module.css";
import { errorBeside } from "../../ui/errors";
import { Card, Page } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { said } from "../../ui/toast";
import { When } from "../../ui/When";
import { useLeadFields } from "../own/queries";
import styles from "./Review.module.css";
import { duplicatePairs, mergePreview, useMerge, useTellApart } from "./queries";
import { fieldInWords, kept, type Side, valueInWords } from "./words";

const route = getRouteApi("/leads/duplicates/$leadId/$otherId");

/** Two leads side by side: one person, or not. */
export function ReviewPage() {
  const { leadId, otherId } = route.useParams();
  // Another pair is another page: nothing that was chosen for the one before stays.
  return <Review key={`${leadId} ${otherId}`} leadId={leadId} otherId={otherId} />;
}

function Review({ leadId, otherId }: { leadId: string; otherId: string }) {
  const preview = useQuery(mergePreview(leadId, otherId));
  const ask = () => void preview.refetch();
  return (
    <Page title="One person, or two?" above={<BackTo to="/leads/duplicates">Duplicates</BackTo>}>
      {preview.error && preview.data && <Stale error={preview.error} retry={ask} />}
      {preview.data ? (
        <Both preview={preview.data} />
      ) : preview.error ? (
        <Failed error={preview.error} retry={ask} what="pair" />
      ) : (
        <Lines count={8} label="Loading both leads" />
      )}
    </Page>
  );
}

function Both({ preview }: { preview: MergePreview }) {
  const { lead, other } = preview;
  const mayWrite = useMayWrite();
  const navigate = route.useNavigate();
  const [chosen, setChosen] = useState<Record<string, Side>>({});
  const merging = useMerge();
  const telling = useTellApart();
  const next = useNext(lead.id, other.id);
  const goOn = () =>
    void (next
      ? navigate({ to: "/leads/duplicates/$leadId/$otherId", params: next })
      : navigate({ to: "/leads/duplicates" }));
  const swap = () =>
    void navigate({
      to: "/leads/duplicates/$leadId/$otherId",
      params: { leadId: other.id, otherId: lead.id },
      replace: true,
    });
  const merge = () => merging.mutate({ leadId: lead.id, otherId: other.id, chosen }, { onSuccess: goOn });
  const tell = (verdict: Verdict) =>
    telling.mutate(
      { lead_id: lead.id, other_id: other.id, verdict },
      {
        onSuccess: () => {
          said(verdict === "same_household" ? "Kept as two of one household" : "Kept as two people");
          goOn();
        },
      },
    );
  const busy = merging.isPending || telling.isPending;
  const latest = useRef({ merge, tell, goOn, swap });
  useEffect(() => {
    latest.current = { merge, tell, goOn, swap };
  });
  const can = mayWrite && preview.refused === null && !busy;
  useCommands(
    useMemo(
      () => [
        {
          id: "pair merge",
          title: "Merge into one lead",
          group: "This pair",
          keys: "shift+m",
          disabled: !can,
          run: () => latest.current.merge(),
        },
        {
          id: "pair apart",
          title: "Not the same person",
          group: "This pair",
          keys: "n",
          disabled: !mayWrite || busy,
          run: () => latest.current.tell("not_the_same"),
        },
        {
          id: "pair skip",
          title: "Skip this pair",
          group: "This pair",
          keys: "s",
          run: () => latest.current.goOn(),
        },
        {
          id: "pair swap",
          title: "Keep the other one",
          group: "This pair",
          keys: "w",
          run: () => latest.current.swap(),
        },
      ],
      [busy, can, mayWrite],
    ),
  );
  if (lead.merged_into !== null || other.merged_into !== null) {
    return (
      <Empty
        title="These two are one lead already"
        action={
          <Button onClick={goOn} variant="default">
            Go on
          </Button>
        }
      />
    );
  }
  const wrong = preview.refused ?? errorBeside(merging.error, []);
  return (
    <>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong.charAt(0).toUpperCase() + wrong.slice(1)}
        </p>
      )}
      <Card label="Both leads">
        <div className={styles.heads}>
          <Head lead={lead} what="Stays" />
          <Head lead={other} what="Goes on as the first" />
          <Button
            variant="subtle"
            leftSection={<IconArrowsExchange size={17} aria-hidden="true" />}
            onClick={swap}
          >
            Keep the other one
          </Button>
        </div>
        <Fields
          preview={preview}
          chosen={chosen}
          choose={(field, side) => setChosen((now) => ({ ...now, [field]: side }))}
          fixed={!mayWrite}
        />
        {preview.tags.length > 0 && (
          <p className={styles.also}>
            <strong>Tags:</strong> {preview.tags.join(", ")}: those of both are kept.
          </p>
        )}
        {preview.do_not_call && (
          <p className={styles.consent} role="note">
            <IconPhoneOff size={18} aria-hidden="true" />
            <span>
              <strong>Do not call.</strong> {askedAs(preview)} asked not to be called, so the person did. This
              is kept, and cannot be chosen otherwise.
            </span>
          </p>
        )}
        <p className={styles.also}>
          Both histories, with inquiries and conversations, are shown on one lead. It can be taken back.
        </p>
      </Card>
      <div className={form.actions}>
        <Button variant="default" onClick={goOn}>
          Skip
        </Button>
        {mayWrite && (
          <>
            <Button variant="default" disabled={busy} onClick={() => tell("same_household")}>
              Same household
            </Button>
            <Button variant="default" disabled={busy} onClick={() => tell("not_the_same")}>
              Not the same
            </Button>
            <Button loading={merging.isPending} disabled={!can} onClick={merge}>
              Merge
            </Button>
          </>
        )}
      </div>
    </>
  );
}

function askedAs(preview: MergePreview): string {
  const names = [
    preview.lead_asked_not_to_be_called && preview.lead.display_name,
    preview.other_asked_not_to_be_called && preview.other.display_name,
  ].filter(Boolean);
  return names.join(" and ");
}

function Head({ lead, what }: { lead: MergePreview["lead"]; what: string }) {
  return (
    <div className={styles.head}>
      <small>{what}</small>
      <Link to="/leads/$leadId" params={{ leadId: lead.id }}>
        <strong>{lead.display_name}</strong>
      </Link>
      <small>
        {lead.source}, <When at={lead.captured_at} />
      </small>
    </div>
  );
}

interface FieldsProps {
  preview: MergePreview;
  chosen: Readonly<Record<string, Side>>;
  choose: (field: string, side: Side) => void;
  fixed: boolean;
}

/** What differs is chosen, by 1 and 2 or the arrows to the sides; up and down lead from field to field. */
function Fields({ preview, chosen, choose, fixed }: FieldsProps) {
  const own = useLeadFields();
  const nameOf = useNameOf();
  const room = useRef<HTMLDivElement>(null);
  const [all, setAll] = useState(false);
  const differing = preview.fields.filter((field) => field.differs);
  const same = preview.fields.filter((field) => !field.differs && (field.lead ?? "") !== "");
  const label = (field: MergeField) => fieldInWords(field.field, own);
  const value = (field: MergeField, side: Side) => valueInWords(field.field, field[side], nameOf);

  const onKeyDown = (event: KeyboardEvent, field: MergeField) => {
    const side = { "1": "lead", "2": "other", ArrowLeft: "lead", ArrowRight: "other" }[event.key] as
      Side | undefined;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (side === undefined && step === undefined) return;
    event.preventDefault();
    const at = differing.indexOf(field) + (step ?? 0);
    if (side) choose(field.field, side);
    const to = differing[Math.max(0, Math.min(at, differing.length - 1))]!;
    const of = side ?? kept(to, chosen);
    room.current
      ?.querySelector<HTMLInputElement>(`input[name="${CSS.escape(to.field)}"][value="${of}"]`)
      ?.focus();
  };

  return (
    <div className={styles.fields} ref={room}>
      {differing.length === 0 && (
        <p className={styles.also}>All that is known of one is known of the other.</p>
      )}
      {differing.map((field) => (
        <fieldset key={field.field} className={styles.field} disabled={fixed}>
          <legend>{label(field)}</legend>
          {(["lead", "other"] as const).map((side) => (
            <label key={side} className={styles.side} data-kept={kept(field, chosen) === side || undefined}>
              <input
                type="radio"
                name={field.field}
                value={side}
                checked={kept(field, chosen) === side}
                onChange={() => choose(field.field, side)}
                onKeyDown={(event) => onKeyDown(event, field)}
              />
              <span>{value(field, side)}</span>
            </label>
          ))}
        </fieldset>
      ))}
      {same.length > 0 && (
        <Button variant="subtle" size="compact-sm" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Hide what is the same" : `Show what is the same of both (${same.length})`}
        </Button>
      )}
      {all && (
        <dl className={styles.same}>
          {same.map((field) => (
            <div key={field.field}>
              <dt>{label(field)}</dt>
              <dd>{value(field, "lead")}</dd>
            </div>
          ))}
        </dl>
      )}
      <section className={styles.result} aria-label="What the lead will be">
        <h2>Will be</h2>
        <dl className={styles.same} aria-live="polite">
          {differing.map((field) => (
            <div key={field.field}>
              <dt>{label(field)}</dt>
              <dd>{value(field, kept(field, chosen))}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}

/** The pair that comes after this one in the list, where it is not at its end. */
function useNext(leadId: string, otherId: string): { leadId: string; otherId: string } | null {
  const pairs = useInfiniteQuery(duplicatePairs);
  const items = pairs.data?.pages.flatMap((page) => page.items) ?? [];
  const at = items.findIndex(({ leads }) => leads.every(({ id }) => id === leadId || id === otherId));
  const next = items[at + 1];
  return next ? { leadId: next.leads[0]!.id, otherId: next.leads[1]!.id } : null;
}
