import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, data } from "../../api/client";
import type { LeadStages, StageStay, TimelineEntry } from "../../api/schema";
import type { Moment } from "../../history/past";
import { lasting } from "../../ui/format";

/** The stages that a lead was in until a moment, and for how long. */
export const askStages = (id: string, when: Moment, signal: AbortSignal): Promise<LeadStages> =>
  data(api.GET("/api/v1/leads/{lead_id}/stages", { params: { path: { lead_id: id }, query: when }, signal }));

export const stagesOf = (id: string, when: Moment = {}) =>
  queryOptions({
    queryKey: ["leads", "one", id, "stages", when],
    queryFn: ({ signal }) => askStages(id, when, signal),
  });

/** How long the stage took that a lead left, in words. */
export const tookInWords = ({ name, seconds, overdue }: StageStay): string =>
  `After ${lasting(seconds)} in ${name}${overdue ? ", longer than it allows" : ""}`;

/** What is said in a lead's timeline of each move: how long the stage took before it. */
export function useTook(id: string): (entry: TimelineEntry) => string | null {
  const stays = useQuery(stagesOf(id)).data?.items;
  return useCallback(
    ({ kind, occurred_at: at }) => {
      if (kind !== "stage_changed" && kind !== "converted") return null;
      const left = stays?.find(({ until }) => until !== null && Date.parse(until) === Date.parse(at));
      return left ? tookInWords(left) : null;
    },
    [stays],
  );
}
