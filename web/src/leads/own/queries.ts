import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, versioned } from "../../api/client";
import { merge } from "../../api/records";
import type { Lead, LeadField } from "../../api/schema";

/** The agency's own fields of leads, by label; the retired ones among them. */
export const leadFields = queryOptions({
  queryKey: ["lead fields"],
  queryFn: async ({ signal }): Promise<LeadField[]> =>
    (await data(api.GET("/api/v1/leads/fields", { signal }))).items,
  staleTime: 60_000,
});

/** Those of which is known so far; none while they are on their way. */
export function useLeadFields(): LeadField[] {
  return useQuery(leadFields).data ?? NONE;
}

const NONE: LeadField[] = [];

export type FieldValue = Lead["fields"][string];

/** Gives what changes what is known of a lead under a field of one's own; null empties it. Throws ApiProblem. */
export function useFill(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (values: Record<string, FieldValue | null>) =>
      versioned(
        api.PATCH("/api/v1/leads/{lead_id}/fields", { params: { path: { lead_id: id } }, body: { values } }),
      ),
    onSuccess: (lead) => {
      merge(queries, "leads", lead);
      void queries.invalidateQueries({ queryKey: ["timeline"] });
    },
  });
}

/** Gives what gives a lead tags, and takes others. Two people at once do not undo one another. */
export function useTag(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { add: string[]; remove: string[] }) =>
      versioned(api.PATCH("/api/v1/leads/{lead_id}/tags", { params: { path: { lead_id: id } }, body })),
    onSuccess: (lead) => {
      merge(queries, "leads", lead);
      void queries.invalidateQueries({ queryKey: ["timeline"] });
    },
  });
}
