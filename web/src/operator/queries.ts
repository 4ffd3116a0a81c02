import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { data } from "../api/client";
import { byCursor } from "../api/queries";
import type { AgencyState, OperatedAgency } from "../api/schema";
import { said } from "../ui/toast";
import { operatorApi } from "./session";

/** All that is remembered for operators; forgotten with their session. */
export const OPERATOR = ["operator"] as const;

/** The agencies on this platform, the last registered first. */
export const agencies = (q: string, state: AgencyState | null) =>
  infiniteQueryOptions({
    ...byCursor,
    queryKey: [...OPERATOR, "agencies", { q, state }],
    queryFn: async ({ pageParam, signal }) =>
      data(
        operatorApi.GET("/api/v1/operators/agencies", {
          params: { query: { q, state: state ? [state] : undefined, cursor: pageParam } },
          signal,
        }),
      ),
  });

/** Nobody works in the agency any more; or, suspended already, for another reason. */
export function useSuspend() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ agency, reason, turnTo }: { agency: OperatedAgency; reason: string; turnTo: string }) =>
      data(
        operatorApi.PUT("/api/v1/operators/agencies/{agency_id}/suspension", {
          params: { path: { agency_id: agency.id } },
          body: { reason, turn_to: turnTo || null },
        }),
      ),
    onSuccess: ({ name }) => said(`${name} is suspended`),
    onSettled: () => queries.invalidateQueries({ queryKey: OPERATOR }),
  });
}

/** Whoever signs in by this address is asked for the password alone. */
export function useTakeAwayFactor() {
  return useMutation({
    mutationFn: (email: string) =>
      data(operatorApi.POST("/api/v1/operators/second-factor-removals", { body: { email } })),
    onSuccess: (_, email) => said(`${email} signs in by password alone, and is signed out everywhere`),
  });
}

/** The agency is at work again. */
export function useResume() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (agency: OperatedAgency) =>
      data(
        operatorApi.DELETE("/api/v1/operators/agencies/{agency_id}/suspension", {
          params: { path: { agency_id: agency.id } },
        }),
      ),
    onSuccess: ({ name }) => said(`${name} is at work again`),
    onSettled: () => queries.invalidateQueries({ queryKey: OPERATOR }),
  });
}
