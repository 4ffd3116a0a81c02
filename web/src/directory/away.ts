import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, data } from "../api/client";
import type { Absence } from "../api/schema";
import { useNow } from "../ui/When";

const A_MINUTE = 60_000;
/** More than that are not away at once; who is to be away later comes last. */
const MOST = 200;

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
