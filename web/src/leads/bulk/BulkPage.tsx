import { Button } from "@mantine/core";
import { IconArrowBackUp, IconDownload, IconStack2 } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { download } from "../../api/download";
import type { BulkAction, BulkRow } from "../../api/schema";
import { useNameOf } from "../../directory/queries";
import { actorInWords, type NameOf, useNames, valueInWords } from "../../history/names";
import { useMayWrite } from "../../session/session";
import { fieldName } from "../../timeline/fields";
import { BackTo } from "../../ui/BackTo";
import { Chip, type Tone } from "../../ui/Chip";
import { Card, Page } from "../../ui/Page";
import { ShowMore } from "../../ui/Split";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { failed } from "../../ui/toast";
import { When } from "../../ui/When";
import { BackToLeads } from "../BackToLeads";
import styles from "./Bulk.module.css";
import { bulkById, bulkList, bulkRows, type Fate, stop, undo } from "./queries";
import { actionInWords, countsInWords, FATES, leadsInWords, reached } from "./words";

const route = getRouteApi("/leads/bulk");

/** What was done to many leads at once: who did what and when, what became of each lead, and the way back. */
export function BulkPage() {
  const { bulk } = route.useSearch();
  return (
    <Page
      title="Bulk actions"
      above={bulk === undefined ? <BackToLeads /> : <BackTo to="/leads/bulk">Bulk actions</BackTo>}
    >
      {bulk === undefined ? <Log /> : <One key={bulk} id={bulk} />}
    </Page>
  );
}

function Log() {
  const list = useInfiniteQuery(bulkList());
  const nameOf = useNames();
  const whoOf = useNameOf();
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isPending) return <Lines count={6} label="Loading bulk actions" />;
  if (list.isError && items.length === 0)
    return <Failed error={list.error} retry={() => void list.refetch()} what="list" />;
  if (items.length === 0) {
    return (
      <Empty icon={<IconStack2 />} title="Nothing was done to many leads yet">
        Choose leads in their list, by X or by the boxes, and it is offered what can be done to all of them.
      </Empty>
    );
  }
  return (
    <Card>
      {list.isError && <Stale error={list.error} retry={() => void list.refetch()} />}
      <ul className={styles.log} aria-label="Bulk actions, the latest first">
        {items.map((each) => (
          <li key={each.id}>
            <Link to="/leads/bulk" search={{ bulk: each.id }}>
              {actionInWords(each.action, nameOf)}
            </Link>
            <span className={styles.soft}>
              {STATUS[each.status] && `${STATUS[each.status]}: `}
              {countsInWords(each.counts)}
              {each.undone && (each.undone.status === "running" ? " · being undone" : " · undone")}
            </span>
            <span className={styles.soft}>
              {whoOf(each.created_by)} · <When at={each.created_at} />
            </span>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <ShowMore load={() => void list.fetchNextPage()} loading={list.isFetchingNextPage} />
      )}
    </Card>
  );
}

const STATUS = { running: "At work", done: "", stopped: "Stopped", failed: "Could not go on" };

function One({ id }: { id: string }) {
  const bulk = useQuery(bulkById(id));
  if (bulk.data) {
    return (
      <>
        {bulk.isError && <Stale error={bulk.error} retry={() => void bulk.refetch()} />}
        <Shown bulk={bulk.data} />
      </>
    );
  }
  return bulk.isError ? (
    <Failed error={bulk.error} retry={() => void bulk.refetch()} what="bulk action" />
  ) : (
    <Lines count={6} label="Loading the bulk action" />
  );
}

function Shown({ bulk }: { bulk: BulkAction }) {
  const [fate, setFate] = useState<Fate | null>(bulk.counts.conflict > 0 ? "conflict" : null);
  const nameOf = useNames();
  const whoOf = useNameOf();
  const queries = useQueryClient();
  const navigate = route.useNavigate();
  const mayWrite = useMayWrite();
  const done = reached(bulk.counts);
  const left = (bulk.leads ?? 0) - done;
  const stopping = useMutation({
    mutationFn: () => stop(bulk.id),
    onSuccess: (now) => queries.setQueryData(bulkById(bulk.id).queryKey, now),
    onError: (error) => failed("It was not stopped", error),
  });
  // What takes back a conflict takes back the same as before, over what was changed since.
  const of = bulk.of_bulk ?? bulk.id;
  const undoing = useMutation({
    mutationFn: ({ force = false, only }: { force?: boolean; only?: string[] }) => undo(of, force, only),
    onSuccess: (now) => {
      void queries.invalidateQueries({ queryKey: ["bulk actions"] });
      void navigate({ search: { bulk: now.id } });
    },
    onError: (error) => failed("It was not undone", error),
  });
  const running = bulk.status === "running";
  const counts: [Fate, number][] = [
    ...(Object.entries(bulk.counts) as [Fate, number][]),
    ...(left > 0 && !running ? [["left", left] as [Fate, number]] : []),
  ];
  const keep = () =>
    void download(
      `/api/v1/leads/bulk-actions/${bulk.id}/rows.csv`,
      { fate: fate ?? undefined },
      "leads.csv",
    ).catch((error: unknown) => failed("The leads were not downloaded", error));
  return (
    <>
      <Card title={actionInWords(bulk.action, nameOf)}>
        <p className={styles.soft}>
          {whoOf(bulk.created_by)}, <When at={bulk.created_at} />.{" "}
          {STATUS[bulk.status] && `${STATUS[bulk.status]}. `}
          {bulk.leads === null ? "The leads are being chosen." : `${leadsInWords(bulk.leads)}.`}{" "}
          {bulk.undone && bulk.undone_by && (
            <Link to="/leads/bulk" search={{ bulk: bulk.undone_by }}>
              {bulk.undone.status === "running"
                ? "It is being undone"
                : `Undone: ${countsInWords(bulk.undone.counts)}`}
            </Link>
          )}
          {bulk.of_bulk && (
            <Link to="/leads/bulk" search={{ bulk: bulk.of_bulk }}>
              What was undone
            </Link>
          )}
        </p>
        {bulk.problem && <p role="alert">{bulk.problem}</p>}
        {running && (
          <>
            <progress
              className={styles.progress}
              max={Math.max(bulk.leads ?? 0, 1)}
              value={done}
              aria-label="How far it is"
            />
            <p role="status" className={styles.soft}>
              {done.toLocaleString("en-US")} of {leadsInWords(bulk.leads ?? 0)}. You may leave this page: it
              goes on.
            </p>
          </>
        )}
        <div className={styles.fates} role="group" aria-label="Leads by what became of them">
          {counts
            .filter(([, count]) => count > 0)
            .map(([which, count]) => (
              <button
                key={which}
                type="button"
                className={styles.fate}
                aria-pressed={fate === which}
                onClick={() => setFate(fate === which ? null : which)}
              >
                {FATES[which]}
                <strong>{count.toLocaleString("en-US")}</strong>
              </button>
            ))}
        </div>
        {mayWrite && (
          <div className={styles.onwards}>
            {running && (
              <Button variant="default" loading={stopping.isPending} onClick={() => stopping.mutate()}>
                Stop
              </Button>
            )}
            {!running &&
              bulk.of_bulk === null &&
              bulk.counts.done > 0 &&
              bulk.undone?.status !== "running" && (
                <Button
                  variant="light"
                  leftSection={<IconArrowBackUp size={16} />}
                  loading={undoing.isPending}
                  onClick={() => undoing.mutate({})}
                >
                  Undo
                </Button>
              )}
            {!running && bulk.counts.conflict > 0 && (
              <Button
                variant="light"
                color="red"
                loading={undoing.isPending}
                onClick={() => undoing.mutate({ force: true })}
              >
                Set back these {bulk.counts.conflict.toLocaleString("en-US")} all the same
              </Button>
            )}
          </div>
        )}
      </Card>
      {!running && bulk.leads !== 0 && (
        <Card
          title={fate ? FATES[fate] : "All of them"}
          actions={
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconDownload size={15} />}
              onClick={keep}
            >
              CSV
            </Button>
          }
        >
          <Rows
            bulk={bulk}
            fate={fate}
            nameOf={nameOf}
            force={mayWrite ? (lead) => undoing.mutate({ force: true, only: [lead] }) : null}
          />
        </Card>
      )}
    </>
  );
}

const TONES: Record<Fate, Tone> = {
  done: "good",
  nothing: "plain",
  not_allowed: "bad",
  changed: "info",
  gone: "plain",
  conflict: "bad",
  left: "plain",
};

interface RowsProps {
  bulk: BulkAction;
  fate: Fate | null;
  nameOf: NameOf;
  /** Sets one lead back, whatever was changed since; null for those who may not. */
  force: ((lead: string) => void) | null;
}

function Rows({ bulk, fate, nameOf, force }: RowsProps) {
  const rows = useInfiniteQuery(bulkRows(bulk, fate));
  const items = rows.data?.pages.flatMap((page) => page.items) ?? [];
  if (rows.isPending) return <Lines count={6} label="Loading leads" />;
  if (rows.isError && items.length === 0)
    return <Failed error={rows.error} retry={() => void rows.refetch()} what="list" />;
  if (items.length === 0) return <Empty icon={<IconStack2 />} title="No such lead" />;
  return (
    <>
      {rows.isError && <Stale error={rows.error} retry={() => void rows.refetch()} />}
      <ul className={styles.rows} aria-label="Leads">
        {items.map((row) => (
          <li key={row.lead_id}>
            {row.display_name === null ? (
              <span>A lead that you do not see</span>
            ) : (
              <Link to="/leads/$leadId" params={{ leadId: row.lead_id }}>
                {row.display_name}
              </Link>
            )}
            <Chip tone={TONES[row.fate ?? "left"]}>{FATES[row.fate ?? "left"]}</Chip>
            <span className={styles.soft}>
              <Why row={row} nameOf={nameOf} />
            </span>
            {row.fate === "conflict" && force && (
              <span>
                <Button size="compact-xs" variant="subtle" color="red" onClick={() => force(row.lead_id)}>
                  Set back all the same
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {rows.hasNextPage && (
        <ShowMore load={() => void rows.fetchNextPage()} loading={rows.isFetchingNextPage} />
      )}
    </>
  );
}

function Why({ row, nameOf }: { row: BulkRow; nameOf: NameOf }) {
  if (row.conflicts.length === 0) return row.reason;
  return row.conflicts.map(({ field, to, by, at }) => (
    <span key={field}>
      {fieldName(field)} is now {valueInWords(field, to, nameOf)}, by {actorInWords(by, nameOf)},{" "}
      <When at={at} />.{" "}
    </span>
  ));
}
