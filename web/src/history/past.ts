import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { byCursor } from "../api/queries";
import type { HistoryEntryPage, LeadStages, PastState } from "../api/schema";

const PAGE = 50;

/** When a record is looked at: in one of its versions, at a time (ISO), or without either now. */
export interface Moment {
  version?: number;
  at?: string;
}

/** How the past of one record is asked for, whatever the record is. */
export interface Past {
  /** What it is called: `lead`. */
  noun: string;
  /** Begins as the record's own key does, so that what changes the record makes its past stale. */
  key: readonly [resource: string, one: "one", id: string];
  entries: (
    page: { limit: number; cursor: string | undefined },
    signal: AbortSignal,
  ) => Promise<HistoryEntryPage>;
  state: (when: Moment, signal: AbortSignal) => Promise<PastState>;
  /** In which stages it was until then; of records that go through some. */
  stages?: (when: Moment, signal: AbortSignal) => Promise<LeadStages>;
  /** Sets a field back to what it was in a version; of records that can. Throws ApiProblem. */
  restore?: (field: string, version: number) => Promise<void>;
}

/** What happened to it, the latest first, page by page. */
export function historyOf(past: Past) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: [...past.key, "history", "entries"],
    queryFn: ({ pageParam, signal }) => past.entries({ limit: PAGE, cursor: pageParam }, signal),
  });
}

/** What it was then. A version that was stays as it is, but for what is forgotten. */
export function stateOf(past: Past, when: Moment) {
  return queryOptions({
    queryKey: [...past.key, "history", "state", when],
    queryFn: ({ signal }) => past.state(when, signal),
  });
}

/** In which stages it was until then, and for how long. */
export function stagesOfPast(past: Past, when: Moment) {
  return queryOptions({
    queryKey: [...past.key, "stages", when],
    queryFn: ({ signal }) => past.stages?.(when, signal) ?? null,
    enabled: past.stages !== undefined,
  });
}

/** Whether an answer is of a record's past: what is remembered of it may be somebody's who is to be forgotten. */
export function isOfThePast(queryKey: readonly unknown[]): boolean {
  return queryKey[1] === "one" && queryKey[3] === "history";
}
