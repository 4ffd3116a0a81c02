import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { CaptureLead, Relationship } from "../../api/schema";
import { failed } from "../../ui/toast";

const PATH = "/api/v1/leads/{lead_id}/household";
const at = (leadId: string) => ({ path: { lead_id: leadId } });

/** Who lives with a lead, itself first; nobody where nobody is known. */
export function householdOf(leadId: string) {
  return queryOptions({
    queryKey: ["leads", "household", leadId],
    queryFn: ({ signal }) => data(api.GET(PATH, { params: at(leadId), signal })),
  });
}

/** Leads who may live with this one. */
export function suggestedFor(leadId: string) {
  return queryOptions({
    queryKey: ["leads", "household", leadId, "suggestions"],
    queryFn: async ({ signal }) =>
      (await data(api.GET(`${PATH}/suggestions`, { params: at(leadId), signal }))).items,
  });
}

/** Leads by a word, the first few: to choose from. */
export function leadsCalled(q: string) {
  return queryOptions({
    queryKey: ["leads", "list", "called", q],
    queryFn: async ({ signal }) =>
      (await data(api.GET("/api/v1/leads", { params: { query: { q, limit: 8 } }, signal }))).items,
    enabled: q !== "",
    placeholderData: (before) => before,
  });
}

interface Together {
  leadId: string;
  otherIds: string[];
  relationship?: Relationship | null;
}

/** Gives what makes others of one household with a lead. */
export function useSameHousehold(done?: () => void) {
  return useOfHouseholds(
    ({ leadId, otherIds, relationship = null }: Together) =>
      data(api.POST(PATH, { params: at(leadId), body: { other_ids: otherIds, relationship } })),
    done,
  );
}

/** Gives what says what somebody is in their household. */
export function useRelationship() {
  return useOfHouseholds(({ leadId, relationship }: { leadId: string; relationship: Relationship | null }) =>
    data(api.PUT(`${PATH}/relationship`, { params: at(leadId), body: { relationship } })),
  );
}

/** Gives what takes somebody out of their household. */
export function useLeaveHousehold(done: () => void) {
  return useOfHouseholds((leadId: string) => data(api.DELETE(PATH, { params: at(leadId) })), done);
}

/** Gives what says, for good, that two do not live together. */
export function useHouseholdsApart(leadId: string, done: () => void) {
  return useOfHouseholds(
    (otherId: string) => data(api.POST(`${PATH}/apart`, { params: at(leadId), body: { other_id: otherId } })),
    done,
  );
}

/** Gives what enters somebody new of a household. Throws ApiProblem: what is wrong stands at its field. */
export function useNewMember() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, body }: { key: string; body: CaptureLead }) =>
      data(api.POST("/api/v1/leads", { headers: { "Idempotency-Key": key }, body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["leads"] }),
  });
}

/** `done` is said also where whoever asked is shown no more: who leaves a household is gone from it before the answer comes. */
function useOfHouseholds<Told, Answer>(mutationFn: (told: Told) => Promise<Answer>, done?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    // Each of them has another version, and lists another name of their household.
    onSuccess: () => {
      done?.();
      void queries.invalidateQueries({ queryKey: ["leads"] });
    },
    onError: (error) => failed("The household stays as it was", error),
  });
}
