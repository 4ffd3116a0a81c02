import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, newKey } from "../api/client";
import type { Absence, PlanAbsence, WorkProfile, WriteWorkProfile } from "../api/schema";
import { said } from "../ui/toast";
import { useNow } from "../ui/When";

const A_MINUTE = 60_000;
/** More than that are not away at once; who is to be away later comes last. */
const MOST = 200;

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

/** Who of the agency is away and will be, the first first. */
const absences = queryOptions({
  queryKey: ["work", "absences"],
  queryFn: async ({ signal }): Promise<Absence[]> =>
    (await data(api.GET("/api/v1/users/absences", { params: { query: { limit: MOST } }, signal }))).items ??
    [],
  staleTime: A_MINUTE,
});

/** Who is away now, by whom it is: of several absences the one that ends last. Empty until it is known. */
export function useAwayNow(): ReadonlyMap<string, Absence> {
  const { data: known } = useQuery(absences);
  const now = useNow();
  return awayAt(known ?? [], now);
}

/** Who is away at a moment, in milliseconds since the epoch. */
export function awayAt(known: readonly Absence[], at: number): Map<string, Absence> {
  const away = new Map<string, Absence>();
  for (const absence of known) {
    if (Date.parse(absence.starts_at) > at || Date.parse(absence.ends_at) <= at) continue;
    const other = away.get(absence.user_id);
    if (!other || Date.parse(other.ends_at) < Date.parse(absence.ends_at)) away.set(absence.user_id, absence);
  }
  return away;
}

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
