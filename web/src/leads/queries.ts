import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data, versioned } from "../api/client";
import { byCursor } from "../api/queries";
import type { LeadSearch } from "./filters";

const PAGE = 100;

/** The leads that match, page by page. */
export function leadList(wanted: LeadSearch) {
  const search = { ...wanted, adding: undefined };
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["leads", "list", search],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/leads", {
          params: {
            query: {
              q: search.q,
              stage: search.stage,
              campaign_id: search.campaign,
              owner_id: search.owner,
              not_contacted_for_days: search.idle,
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

/** One lead with its version. */
export function leadById(id: string) {
  return queryOptions({
    queryKey: ["leads", "one", id],
    queryFn: ({ signal }) =>
      versioned(api.GET("/api/v1/leads/{lead_id}", { params: { path: { lead_id: id } }, signal })),
  });
}
