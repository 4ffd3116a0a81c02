import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { byCursor } from "../../api/queries";
import type { Verdict } from "../../api/schema";
import { failed } from "../../ui/toast";
import { saidWithUndo } from "../../ui/undo";
import type { Side } from "./words";

/** Pairs of leads that may be one person, the likeliest first. */
export const duplicatePairs = infiniteQueryOptions({
  ...byCursor,
  queryKey: ["leads", "list", "duplicates"],
  queryFn: ({ pageParam, signal }) =>
    data(
      api.GET("/api/v1/leads/duplicates", { params: { query: { limit: 50, cursor: pageParam } }, signal }),
    ),
});

/** How many wait. */
export const duplicateCount = queryOptions({
  queryKey: ["leads", "list", "duplicates", "count"],
  queryFn: ({ signal }) => data(api.GET("/api/v1/leads/duplicates/count", { signal })),
  staleTime: 60_000,
});

/** Two leads side by side; the first would stay. */
export function mergePreview(leadId: string, otherId: string) {
  return queryOptions({
    queryKey: ["leads", "one", leadId, "merge", otherId],
    queryFn: ({ signal }) =>
      data(
        api.GET("/api/v1/leads/{lead_id}/merge/{other_id}", {
          params: { path: { lead_id: leadId, other_id: otherId } },
          signal,
        }),
      ),
  });
}

/** The likeliest of those who may be the same person as this lead. */
export function pairsOf(leadId: string) {
  return queryOptions({
    queryKey: ["leads", "one", leadId, "pairs"],
    queryFn: async ({ signal }) =>
      (
        await data(
          api.GET("/api/v1/leads/duplicates", { params: { query: { lead_id: leadId, limit: 3 } }, signal }),
        )
      ).items,
  });
}

/** Which leads go on as this one. */
export function mergesOf(leadId: string) {
  return queryOptions({
    queryKey: ["leads", "one", leadId, "merges"],
    queryFn: async ({ signal }) =>
      (
        await data(
          api.GET("/api/v1/leads/{lead_id}/merges", { params: { path: { lead_id: leadId } }, signal }),
        )
      ).items,
  });
}

/** What taking a merge back would do. */
export function unmergePreview(leadId: string, mergeId: string) {
  return queryOptions({
    queryKey: ["leads", "one", leadId, "merges", mergeId, "undo"],
    queryFn: ({ signal }) =>
      data(
        api.GET("/api/v1/leads/{lead_id}/merges/{merge_id}/undo", {
          params: { path: { lead_id: leadId, merge_id: mergeId } },
          signal,
        }),
      ),
    staleTime: 0,
  });
}

/** What happened to a lead that goes on as this one. */
export function mergedHistory(leadId: string, mergeId: string) {
  return queryOptions({
    queryKey: ["leads", "one", leadId, "merges", mergeId, "history"],
    queryFn: async ({ signal }) =>
      (
        await data(
          api.GET("/api/v1/leads/{lead_id}/merges/{merge_id}/history", {
            params: { path: { lead_id: leadId, merge_id: mergeId } },
            signal,
          }),
        )
      ).items,
  });
}

function anew(queries: QueryClient): void {
  for (const queryKey of [["leads"], ["timeline"], ["threads"], ["insights"], ["history"], ["reports"]])
    void queries.invalidateQueries({ queryKey });
}

/** Gives what takes a merge back. */
export function useUnmerge() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ leadId, mergeId }: { leadId: string; mergeId: string }) =>
      data(
        api.POST("/api/v1/leads/{lead_id}/merges/{merge_id}/undo", {
          params: { path: { lead_id: leadId, merge_id: mergeId } },
        }),
      ),
    onSuccess: () => anew(queries),
    onError: (error) => failed("They were not taken apart", error),
  });
}

interface Merging {
  leadId: string;
  otherId: string;
  chosen: Record<string, Side>;
}

/** Gives what makes one lead of two, with a way back. Never at once: what cannot be merged is told by the service. */
export function useMerge() {
  const queries = useQueryClient();
  const unmerge = useUnmerge();
  return useMutation({
    mutationFn: async ({ leadId, otherId, chosen }: Merging) => {
      const path = { lead_id: leadId };
      const lead = await data(
        api.POST("/api/v1/leads/{lead_id}/merge", {
          params: { path },
          body: { other_id: otherId, chosen },
        }),
      );
      const { items } = await data(api.GET("/api/v1/leads/{lead_id}/merges", { params: { path } }));
      return { lead, merge: items.find((each) => each.merged_lead_id === otherId) };
    },
    onSuccess: ({ lead, merge }) => {
      anew(queries);
      if (merge)
        saidWithUndo(`${lead.display_name} is one lead now`, () =>
          unmerge.mutate({ leadId: lead.id, mergeId: merge.id }),
        );
    },
  });
}

/** Gives what says that two leads are not one person, for good. */
export function useTellApart() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (told: { lead_id: string; other_id: string; verdict: Verdict }) =>
      data(api.POST("/api/v1/leads/duplicates/verdicts", { body: told })),
    // Of one household, both show it.
    onSuccess: (_, { verdict }) =>
      void queries.invalidateQueries({
        queryKey: verdict === "same_household" ? ["leads"] : duplicatePairs.queryKey,
      }),
    onError: (error) => failed("That was not kept", error),
  });
}
