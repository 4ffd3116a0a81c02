import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { AssignmentNow, RuleSaid, WhatIfShown } from "../../api/schema";
import { said } from "../../ui/toast";

/** The draft, and what is in force. */
export const assignment = queryOptions({
  queryKey: ["assignment", "rules"],
  queryFn: ({ signal }): Promise<AssignmentNow> => data(api.GET("/api/v1/lead-assignment", { signal })),
});

/** What waits, the oldest first; looked at again now and then, for it drains by itself. */
export const backlog = queryOptions({
  queryKey: ["assignment", "backlog"],
  queryFn: ({ signal }) => data(api.GET("/api/v1/lead-assignment/backlog", { signal })),
  refetchInterval: 30_000,
});

/** Who got how many in so many days. */
export const fairnessOf = (days: number) =>
  queryOptions({
    queryKey: ["assignment", "fairness", days],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/lead-assignment/fairness", { params: { query: { days } }, signal })),
  });

/** What was in force, the latest first. */
export const versions = queryOptions({
  queryKey: ["assignment", "versions"],
  queryFn: async ({ signal }) => (await data(api.GET("/api/v1/lead-assignment/versions", { signal }))).items,
});

/** The draft is these rules. */
export function useWriteDraft() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ version, rules }: { version: number; rules: RuleSaid[] }): Promise<AssignmentNow> =>
      data(
        api.PUT("/api/v1/lead-assignment/draft", {
          headers: { "If-Match": `"${version}"` },
          body: { rules },
        }),
      ),
    onSuccess: (now) => {
      queries.setQueryData(assignment.queryKey, now);
      // What was tried is of other rules than the draft's now.
      void queries.invalidateQueries({ queryKey: ["assignment", "what-ifs"] });
    },
    onError: () => queries.invalidateQueries({ queryKey: assignment.queryKey }),
  });
}

/** The draft is in force, or no rule is. */
export function useSwitch() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ on, version }: { on: boolean; version: number }): Promise<AssignmentNow> => {
      const headers = { "If-Match": `"${version}"` };
      return data(
        on
          ? api.PUT("/api/v1/lead-assignment/in-force", { headers })
          : api.DELETE("/api/v1/lead-assignment/in-force", { headers }),
      );
    },
    onSuccess: (now, { on }) => {
      queries.setQueryData(assignment.queryKey, now);
      said(on ? "The rules are in force: what waits is given by them" : "No rule is in force any more");
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["assignment"] }),
  });
}

const WATCHED_MS = 1000;

/** What was replayed lately, the latest first. */
export const whatIfs = queryOptions({
  queryKey: ["assignment", "what-ifs", "list"],
  queryFn: async ({ signal }) => (await data(api.GET("/api/v1/lead-assignment/what-ifs", { signal }))).items,
});

/** One replay; asked for again and again while it is at work. */
export const whatIfById = (id: string) =>
  queryOptions({
    queryKey: ["assignment", "what-ifs", "one", id],
    queryFn: ({ signal }): Promise<WhatIfShown> =>
      data(
        api.GET("/api/v1/lead-assignment/what-ifs/{what_if_id}", {
          params: { path: { what_if_id: id } },
          signal,
        }),
      ),
    refetchInterval: ({ state }) => (state.data && isAtWork(state.data) ? WATCHED_MS : false),
  });

/** Whether a replay is not over yet. */
export const isAtWork = ({ status }: Pick<WhatIfShown, "status">) =>
  status === "waiting" || status === "running";

/** Has rules tried on what happened. No lead is changed by it. */
export function useAskWhatIf() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { rules: RuleSaid[]; days: number; minutes: number }): Promise<WhatIfShown> =>
      data(api.POST("/api/v1/lead-assignment/what-ifs", { body })),
    onSuccess: (begun) => {
      queries.setQueryData(whatIfById(begun.id).queryKey, begun);
      return queries.invalidateQueries({ queryKey: whatIfs.queryKey });
    },
  });
}
