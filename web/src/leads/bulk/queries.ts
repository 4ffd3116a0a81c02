import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { byCursor } from "../../api/queries";
import type { BulkAction, BulkRow, StartBulkAction } from "../../api/schema";
import type { LeadSearch } from "../filters";
import type { Selection } from "./selection";

const PAGE = 50;
const WATCHED_MS = 700;

/** What is to be done. */
export type Action = StartBulkAction["action"];

/** A fate, or `left`: those whose turn it was not. */
export type Fate = NonNullable<BulkRow["fate"]> | "left";

/** The chosen leads, as the service is told of them. */
export function chosenOf(selection: Selection, search: LeadSearch): StartBulkAction["selection"] {
  if (!selection.all) return { ids: [...selection.ids] };
  const owners = search.owner ?? [];
  return {
    matching: {
      q: search.q,
      stage: search.stage ?? [],
      campaign_id: search.campaign ?? [],
      owner_id: owners.filter((id) => id !== "none"),
      in_pool: owners.includes("none"),
      not_contacted_for_days: search.idle,
      pipeline: search.pipeline,
      stage_key: [],
      rotting: search.rotting ?? false,
      recycled: search.recycled ?? false,
      filter: search.filter as Record<string, unknown> | undefined,
    },
  };
}

/** How many leads the list's filters match, to the last. */
export function countOf(search: LeadSearch) {
  const selection = chosenOf({ all: true }, search);
  return queryOptions({
    queryKey: ["leads", "list", "chosen", selection],
    queryFn: async ({ signal }) =>
      (await data(api.POST("/api/v1/leads/bulk-actions/count", { body: { selection }, signal }))).count,
  });
}

/** Has it done; the same key again has it done once. Throws ApiProblem. */
export function start(body: StartBulkAction, key: string): Promise<BulkAction> {
  return data(
    api.POST("/api/v1/leads/bulk-actions", {
      body,
      headers: { "Idempotency-Key": key },
      params: {},
    }),
  );
}

/** Has it go no further. Throws ApiProblem. */
export function stop(id: string): Promise<BulkAction> {
  return data(api.POST("/api/v1/leads/bulk-actions/{bulk_id}/stop", { params: { path: { bulk_id: id } } }));
}

/** Has it taken back; with `force` also where something was changed since, of `only` these. Throws ApiProblem. */
export function undo(id: string, force = false, only?: string[]): Promise<BulkAction> {
  return data(
    api.POST("/api/v1/leads/bulk-actions/{bulk_id}/undo", {
      params: { path: { bulk_id: id } },
      body: { over_changes: force, only: only ?? null },
    }),
  );
}

/** What was done to many leads, the latest first, page by page. */
export function bulkList() {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["bulk actions", "list"],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/leads/bulk-actions", {
          params: { query: { limit: 25, cursor: pageParam } },
          signal,
        }),
      ),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(({ status }) => status === "running"))
        ? WATCHED_MS
        : false,
  });
}

/** One of them; asked for again and again while it, or what takes it back, is at work. */
export function bulkById(id: string) {
  return queryOptions({
    queryKey: ["bulk actions", "one", id],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/leads/bulk-actions/{bulk_id}", { params: { path: { bulk_id: id } }, signal })),
    refetchInterval: ({ state }) =>
      state.data && [state.data.status, state.data.undone?.status].includes("running") ? WATCHED_MS : false,
  });
}

/** What became of its leads, of one fate or of all, page by page, as they are at this state of it. */
export function bulkRows({ id, status }: BulkAction, fate: Fate | null) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["bulk actions", "rows", id, status, fate],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/leads/bulk-actions/{bulk_id}/rows", {
          params: { path: { bulk_id: id }, query: { fate, limit: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
  });
}
