import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data, newKey } from "../api/client";
import type { Absence, PlanAbsence, WorkProfile, WriteWorkProfile } from "../api/schema";
import { said } from "../ui/toast";

/** Where somebody is licensed, what they speak, and when they are at work. */
export const workProfileOf = (userId: string) =>
  queryOptions({
    queryKey: ["work", "profile", userId],
    queryFn: ({ signal }): Promise<WorkProfile> =>
      data(
        api.GET("/api/v1/users/{user_id}/work-profile", { params: { path: { user_id: userId } }, signal }),
      ),
  });

/** When somebody is away and will be, the first first. */
export const absencesOf = (userId: string) =>
  queryOptions({
    queryKey: ["work", "absences", userId],
    queryFn: async ({ signal }): Promise<Absence[]> =>
      (await data(api.GET("/api/v1/users/absences", { params: { query: { user_id: userId } }, signal })))
        .items,
  });

function useAskAnew() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ["work"] });
}

/** How somebody works, all of it anew; refused if it was changed meanwhile. Throws ApiProblem. */
export function useWriteWorkProfile(userId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ version, ...body }: WriteWorkProfile & { version: number }) =>
      data(
        api.PUT("/api/v1/users/{user_id}/work-profile", {
          params: { path: { user_id: userId } },
          headers: { "If-Match": `"${version}"` },
          body,
        }),
      ),
    onSuccess: (profile) => {
      queries.setQueryData(workProfileOf(userId).queryKey, profile);
      said("The work profile is changed");
    },
  });
}

/** Somebody is to be away. Throws ApiProblem. */
export function usePlanAbsence(userId: string) {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: (body: PlanAbsence) =>
      data(
        api.POST("/api/v1/users/{user_id}/absences", {
          params: { path: { user_id: userId } },
          headers: { "Idempotency-Key": newKey() },
          body,
        }),
      ),
    onSuccess: () => {
      said("The absence is planned");
      return askAnew();
    },
  });
}

/** They are not away after all, or are back. */
export function useCancelAbsence() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({ id, user_id }: Absence) =>
      data(
        api.DELETE("/api/v1/users/{user_id}/absences/{absence_id}", {
          params: { path: { user_id, absence_id: id } },
        }),
      ),
    onSuccess: () => said("The absence is cancelled"),
    onSettled: askAnew,
  });
}
