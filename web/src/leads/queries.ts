import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data, versioned } from "../api/client";
import { byCursor } from "../api/queries";
import type { BoardShown } from "../api/schema";
import type { Past } from "../history/past";
import type { LeadSearch } from "./filters";
import { askStages } from "./pipelines/lasting";

const PAGE = 100;

/** How it is shown, which columns are seen, and by which name the list was called, makes no other list of it. */
const plain = <T extends LeadSearch>(wanted: T) => ({
  ...wanted,
  adding: undefined,
  peek: undefined,
  cols: undefined,
  list: undefined,
  as: undefined,
});

/** What leads are narrowed to, as the service asks for it. */
export const narrowing = (search: LeadSearch) => ({
  q: search.q,
  stage: search.stage,
  pipeline: search.pipeline,
  rotting: search.rotting,
  recycled: search.recycled,
  campaign_id: search.campaign,
  owner_id: search.owner,
  not_contacted_for_days: search.idle,
  filter: search.filter && JSON.stringify(search.filter),
});

/** The leads that match, page by page. */
export function leadList(wanted: LeadSearch & { stageKey?: string }) {
  const search = plain(wanted);
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["leads", "list", search],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/leads", {
          params: {
            query: {
              ...narrowing(search),
              stage_key: search.stageKey === undefined ? undefined : [search.stageKey],
              sort: search.sort ?? "-captured_at",
              limit: PAGE,
              cursor: pageParam,
            },
          },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });
}

/** What stands in each column of a pipeline's board: how many match, and what they are worth. */
export function boardOf(wanted: LeadSearch) {
  const search = { ...plain(wanted), sort: undefined };
  return queryOptions({
    queryKey: ["leads", "board", search],
    queryFn: ({ signal }): Promise<BoardShown> =>
      data(api.GET("/api/v1/leads/board", { params: { query: narrowing(search) }, signal })),
    placeholderData: (before) => before,
  });
}

/** These leads as rows of a list, whoever of them is in sight; a hundred at most. */
export function leadsNamed(ids: readonly string[]) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["leads", "list", "named", ids],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/leads", { params: { query: { id: [...ids], limit: ids.length } }, signal })),
    enabled: ids.length > 0,
    placeholderData: (before) => before,
  });
}

/** One lead with its version. */
export function leadById(id: string) {
  return queryOptions({
    queryKey: ["leads", "one", id],
    queryFn: ({ signal }) =>
      versioned(api.GET("/api/v1/leads/{lead_id}", { params: { path: { lead_id: id } }, signal })),
  });
}

/** What one lead was, and how it came to be what it is. */
export function pastOfLead(id: string): Past {
  const path = { lead_id: id };
  return {
    noun: "lead",
    key: ["leads", "one", id],
    entries: (query, signal) =>
      data(api.GET("/api/v1/leads/{lead_id}/history", { params: { path, query }, signal })),
    state: (query, signal) =>
      data(api.GET("/api/v1/leads/{lead_id}/history/state", { params: { path, query }, signal })),
    stages: (when, signal) => askStages(id, when, signal),
    restore: async (field, version) => {
      await data(
        api.POST("/api/v1/leads/{lead_id}/history/restore", { params: { path }, body: { field, version } }),
      );
    },
  };
}
