import { useQuery } from "@tanstack/react-query";
import { api, data } from "../api/client";
import type { Campaign, Team, User } from "../api/schema";

const FIVE_MINUTES = 5 * 60_000;

/** Somebody who did something here, and is not among the agency's people any more. */
export const FORMER = "A former colleague";

const useUsersOrNot = (): User[] | undefined =>
  useQuery({
    queryKey: ["users"],
    queryFn: async ({ signal }) => (await data(api.GET("/api/v1/users", { signal }))).items,
    staleTime: FIVE_MINUTES,
  }).data;

/** The agency's people; names for every `owner_id`. Changes arrive live. */
export function useUsers(): User[] {
  return useUsersOrNot() ?? [];
}

/** The agency's teams. */
export function useTeams(): Team[] {
  return (
    useQuery({
      queryKey: ["teams"],
      queryFn: async ({ signal }) => (await data(api.GET("/api/v1/teams", { signal }))).items,
      staleTime: FIVE_MINUTES,
    }).data ?? []
  );
}

/** The campaigns that leads may come from. */
export function useCampaigns(): Campaign[] {
  return (
    useQuery({
      queryKey: ["campaigns"],
      queryFn: async ({ signal }) => (await data(api.GET("/api/v1/campaigns", { signal }))).items,
      staleTime: FIVE_MINUTES,
    }).data ?? []
  );
}

/** The campaign by this id; undefined for none, and while campaigns are not known. */
export function useCampaign(id: string | null): Campaign | undefined {
  return useCampaigns().find((campaign) => campaign.id === id);
}

/** Gives the name of a colleague, `Pool` for nobody, and a dash while names are not known. */
export function useNameOf(): (userId: string | null) => string {
  const users = useUsersOrNot();
  return (userId) => {
    if (userId === null) return "Pool";
    if (users === undefined) return "—";
    return users.find((user) => user.id === userId)?.name ?? FORMER;
  };
}
