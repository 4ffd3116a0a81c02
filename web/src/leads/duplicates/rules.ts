import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data, versioned } from "../../api/client";
import type { DuplicateRules, DuplicateRulesPreview } from "../../api/schema";

/** By what the agency knows somebody again, with the version of that. */
export const duplicateRules = queryOptions({
  queryKey: ["duplicate rules"],
  queryFn: ({ signal }) => versioned(api.GET("/api/v1/leads/duplicates/rules", { signal })),
});

/** People are known again by these from here on. */
export function useChangeDuplicateRules() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ etag, body }: { etag: string | null; body: DuplicateRules }) =>
      versioned(
        api.PUT("/api/v1/leads/duplicates/rules", {
          headers: etag === null ? {} : { "If-Match": etag },
          body,
        }),
      ),
    onSuccess: (now) => {
      queries.setQueryData(duplicateRules.queryKey, now);
      void queries.invalidateQueries({ queryKey: ["leads", "list", "duplicates"] });
    },
    onError: () => queries.invalidateQueries({ queryKey: duplicateRules.queryKey }),
  });
}

/** What rules would find. Nothing is changed by it. */
export function usePreviewDuplicateRules() {
  return useMutation({
    mutationFn: (body: DuplicateRules): Promise<DuplicateRulesPreview> =>
      data(api.POST("/api/v1/leads/duplicates/rules/preview", { body })),
  });
}
