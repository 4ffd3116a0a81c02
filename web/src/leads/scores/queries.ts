import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { ScoringPreview, ScoringRules, ScoringRulesSaid } from "../../api/schema";
import { ApiProblem } from "../../api/problem";

const WATCHED_MS = 1500;

/** A lead's score with its reasons, and those before; null while nothing is known of the lead where scores are counted. */
export const scoreOf = (leadId: string) =>
  queryOptions({
    queryKey: ["scores", "one", leadId],
    queryFn: async ({ signal }) => {
      try {
        return await data(api.GET("/api/v1/scores", { params: { query: { lead_id: leadId } }, signal }));
      } catch (error) {
        // A lead of this moment: the news of it is on its way.
        if (error instanceof ApiProblem && error.status === 404) return null;
        throw error;
      }
    },
  });

/** By what the agency's leads are scored; asked for again while all of them are being counted anew. */
export const scoringRules = queryOptions({
  queryKey: ["scoring rules"],
  queryFn: ({ signal }): Promise<ScoringRules> => data(api.GET("/api/v1/scores/rules", { signal })),
  refetchInterval: ({ state }) => (state.data?.run?.status === "running" ? WATCHED_MS : false),
});

/** Leads are scored by these rules from here on. */
export function useChangeRules() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ number, body }: { number: number; body: ScoringRulesSaid }): Promise<ScoringRules> =>
      data(api.PUT("/api/v1/scores/rules", { headers: { "If-Match": `"${number}"` }, body })),
    onSuccess: (now) => queries.setQueryData(scoringRules.queryKey, now),
    onError: () => queries.invalidateQueries({ queryKey: scoringRules.queryKey }),
  });
}

/** What rules would do. Nothing is changed by it. */
export function usePreview() {
  return useMutation({
    mutationFn: (body: ScoringRulesSaid): Promise<ScoringPreview> =>
      data(api.POST("/api/v1/scores/rules/preview", { body })),
  });
}
