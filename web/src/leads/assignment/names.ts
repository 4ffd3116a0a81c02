import { useCampaigns, useNameOf, useTeams } from "../../directory/queries";

/** What people, teams and campaigns are called; of one that is not known any more, that. */
export function useNames() {
  const nameOf = useNameOf();
  const teams = useTeams();
  const campaigns = useCampaigns();
  return {
    user: nameOf,
    team: (id: string) => teams.find((team) => team.id === id)?.name ?? "a team",
    campaign: (id: string) => campaigns.find((campaign) => campaign.id === id)?.name ?? "a campaign",
  };
}
