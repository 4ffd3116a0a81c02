import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { LineOfBusiness, SayRisk } from "../../api/schema";

/** What of a lead's is to be insured, and of those merged into it. */
export function risksOf(leadId: string) {
  return queryOptions({
    queryKey: ["leads", "one", leadId, "risks"],
    queryFn: async ({ signal }) =>
      (
        await data(
          api.GET("/api/v1/leads/{lead_id}/risks", { params: { path: { lead_id: leadId } }, signal }),
        )
      ).items,
  });
}

/** When policies expire, by line; the soonest first. */
export function xDatesOf(leadId: string) {
  return queryOptions({
    queryKey: ["leads", "one", leadId, "x-dates"],
    queryFn: async ({ signal }) =>
      (
        await data(
          api.GET("/api/v1/leads/{lead_id}/x-dates", { params: { path: { lead_id: leadId } }, signal }),
        )
      ).items,
  });
}

/** Gives what adds a risk, or, by its id, changes one. Throws ApiProblem. */
export function useSaveRisk(leadId: string) {
  return useOfLead(async ({ id, body }: { id: string | null; body: SayRisk }) => {
    await (id === null
      ? data(api.POST("/api/v1/leads/{lead_id}/risks", { params: { path: { lead_id: leadId } }, body }))
      : data(
          api.PUT("/api/v1/leads/{lead_id}/risks/{risk_id}", {
            params: { path: { lead_id: leadId, risk_id: id } },
            body,
          }),
        ));
  });
}

/** Gives what removes a risk. Throws ApiProblem. */
export function useRemoveRisk(leadId: string) {
  return useOfLead(async (id: string) => {
    await data(
      api.DELETE("/api/v1/leads/{lead_id}/risks/{risk_id}", {
        params: { path: { lead_id: leadId, risk_id: id } },
      }),
    );
  });
}

/** When the policy of a line expires; without `x_date` nothing is known of it any more. */
export interface OfLine {
  line: LineOfBusiness;
  x_date: string | null;
  carrier: string | null;
  premium: { minor: number; currency: string } | null;
}

/** Gives what sets or clears the X-date of a line. Throws ApiProblem. */
export function useSetXDate(leadId: string) {
  return useOfLead(async ({ line, x_date: day, ...rest }: OfLine) => {
    const params = { path: { lead_id: leadId, line_of_business: line } };
    const path = "/api/v1/leads/{lead_id}/x-dates/{line_of_business}";
    await (day === null
      ? data(api.DELETE(path, { params }))
      : data(api.PUT(path, { params, body: { x_date: day, ...rest } })));
  });
}

function useOfLead<T>(mutationFn: (told: T) => Promise<void>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    // The lead has another version, and maybe another next X-date.
    onSuccess: () => queries.invalidateQueries({ queryKey: ["leads"] }),
  });
}
