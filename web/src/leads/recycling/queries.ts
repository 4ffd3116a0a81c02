import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, versioned } from "../../api/client";
import { merge } from "../../api/records";
import type { Lead, Recycle } from "../../api/schema";
import { failed, said } from "../../ui/toast";
import { saidWithUndo } from "../../ui/undo";
import type { LeadSearch } from "../filters";
import { leadCount } from "../lists/queries";
import { shortDay } from "./day";

/** How many of a list's leads are left out of it until they come back; where a name is searched for, they are in it. */
export function recycledCount(search: LeadSearch) {
  const counted = leadCount({ ...search, recycled: true });
  return queryOptions({ ...counted, queryKey: ["leads", "list", "recycled", ...counted.queryKey] });
}

const path = ({ id }: Lead) => ({ params: { path: { lead_id: id } } });
const cancelled = (lead: Lead) => versioned(api.DELETE("/api/v1/leads/{lead_id}/recycling", path(lead)));

function useOfLead<T>(
  send: (told: T) => Promise<Awaited<ReturnType<typeof cancelled>>>,
  done: (told: T, now: Lead) => void,
  onError?: (error: unknown) => void,
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: (answer, told) => {
      merge(queries, "leads", answer);
      done(told, answer.data);
      for (const queryKey of [["leads", "list"], ["timeline"], ["history"]])
        void queries.invalidateQueries({ queryKey });
    },
    ...(onError && { onError }),
  });
}

/** Gives what leaves a lead alone until a day, with a way back. Throws ApiProblem. */
export function useRecycle(lead: Lead) {
  const cancel = useCancelRecycling(lead);
  return useOfLead(
    (body: Recycle) => versioned(api.PUT("/api/v1/leads/{lead_id}/recycling", { ...path(lead), body })),
    (_, now) =>
      saidWithUndo(`${lead.display_name} comes back ${shortDay(now.comes_back_on!)}`, () => cancel.mutate()),
  );
}

/** Gives what has a lead come back by itself no more. */
export function useCancelRecycling(lead: Lead) {
  return useOfLead<void>(
    () => cancelled(lead),
    () => said(`${lead.display_name} comes back by itself no more`),
    (error) => failed("Nothing was changed", error),
  );
}

/** Gives what brings a lead back at once. */
export function useBringBack(lead: Lead) {
  return useOfLead<void>(
    () => versioned(api.POST("/api/v1/leads/{lead_id}/recycling/return", path(lead))),
    () => said(`${lead.display_name} is back`),
    (error) => failed(`${lead.display_name} was not brought back`, error),
  );
}
