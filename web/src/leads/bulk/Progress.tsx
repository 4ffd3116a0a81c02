import { Button, CloseButton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import type { BulkAction } from "../../api/schema";
import { useNames } from "../../history/names";
import { failed } from "../../ui/toast";
import styles from "./Bulk.module.css";
import { bulkById, stop, undo } from "./queries";
import { actionInWords, countsInWords, leadsInWords, reached } from "./words";

interface ProgressProps {
  id: string;
  close: () => void;
  /** What takes it back is watched from now on in its place. */
  next: (bulk: BulkAction) => void;
}

/** How far a bulk action is, and once it is over what it did, with the way back. It goes on wherever one goes. */
export function Progress({ id, close, next }: ProgressProps) {
  const bulk = useQuery(bulkById(id)).data;
  const queries = useQueryClient();
  const nameOf = useNames();
  const running = bulk?.status === "running";
  useEffect(() => {
    if (bulk === undefined || running) return;
    for (const queryKey of [["leads"], ["bulk actions", "list"], ["reports"]])
      void queries.invalidateQueries({ queryKey });
  }, [bulk, queries, running]);
  const stopping = useMutation({
    mutationFn: () => stop(id),
    onSuccess: (now) => queries.setQueryData(bulkById(id).queryKey, now),
    onError: (error) => failed("It was not stopped", error),
  });
  const undoing = useMutation({
    mutationFn: () => undo(id),
    onSuccess: next,
    onError: (error) => failed("It was not undone", error),
  });
  if (!bulk) return null;
  const title = actionInWords(bulk.action, nameOf);
  const done = reached(bulk.counts);
  return (
    <section className={styles.bar} aria-label="Bulk action at work">
      <p role="status" className={styles.count}>
        <strong>{title}</strong>{" "}
        {running
          ? bulk.leads === null
            ? "is beginning"
            : `${done.toLocaleString("en-US")} of ${leadsInWords(bulk.leads)}`
          : `${ENDS[bulk.status]}: ${countsInWords(bulk.counts)}`}
        {bulk.problem && ` – ${bulk.problem}`}
      </p>
      {running && (
        <progress
          className={styles.progress}
          max={Math.max(bulk.leads ?? 0, 1)}
          value={done}
          aria-label={title}
        />
      )}
      <div className={styles.actions}>
        {running ? (
          <Button
            size="compact-sm"
            variant="default"
            loading={stopping.isPending}
            onClick={() => stopping.mutate()}
          >
            Stop
          </Button>
        ) : (
          bulk.of_bulk === null &&
          bulk.counts.done > 0 && (
            <Button
              size="compact-sm"
              variant="light"
              loading={undoing.isPending}
              onClick={() => undoing.mutate()}
            >
              Undo
            </Button>
          )
        )}
        <Link to="/leads/bulk" search={{ bulk: id }} className={styles.details}>
          Details
        </Link>
        {!running && <CloseButton aria-label="Close" onClick={close} />}
      </div>
    </section>
  );
}

const ENDS = { running: "At work", done: "Done", stopped: "Stopped", failed: "Could not go on" };
