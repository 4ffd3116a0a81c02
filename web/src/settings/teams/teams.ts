import type { Branch, Team, User } from "../../api/schema";

/** Teams under their branches, those of none last; a branch without teams is there too. */
export function byBranch(branches: readonly Branch[], teams: readonly Team[]): [Branch | null, Team[]][] {
  const known = new Set(branches.map(({ id }) => id));
  const none = teams.filter(({ branch_id }) => branch_id === null || !known.has(branch_id));
  const parts = branches.map((branch): [Branch | null, Team[]] => [
    branch,
    teams.filter(({ branch_id }) => branch_id === branch.id),
  ]);
  return none.length > 0 || parts.length === 0 ? [...parts, [null, none]] : parts;
}

/** A team's people at work. */
export function membersOf(team: Pick<Team, "id">, people: readonly User[]): User[] {
  return people.filter(({ active, team_ids }) => active && team_ids.includes(team.id));
}
