import type { Team, User } from "../../api/schema";
import { words } from "../../ui/format";
import type { Role } from "../queries";

const RANK: Record<Role, number> = { owner: 4, admin: 3, manager: 2, agent: 1, viewer: 1, auditor: 1 };

/** What each role is, in a few words, to those who choose one. */
export const ROLE_WORDS: Record<Role, string> = {
  owner: "Everything, and who else is an owner",
  admin: "Everything but who is an owner",
  manager: "Their teams’ work",
  agent: "Their own work, and what is in the pools",
  viewer: "Sees their teams’ work, changes nothing",
  auditor: "Sees everything, changes nothing",
};

/** The roles that somebody may give, the highest first: none above their own. The service decides; this only hides. */
export function appointable(by: Role): Role[] {
  return (Object.keys(RANK) as Role[]).filter((role) => RANK[role] <= RANK[by]);
}

/** Whether somebody may change a person at all: nobody changes those above them. */
export function mayChange(by: Role, person: Pick<User, "role">): boolean {
  return RANK[by] >= RANK.admin && RANK[person.role] <= RANK[by];
}

/** Those whom what was typed finds, by name, address, role or team: who may sign in first, then by name. */
export function found(people: readonly User[], teams: readonly Team[], typed: string): User[] {
  const wanted = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const text = ({ name, email, role, team_ids }: User) =>
    [name, email, words(role), ...namesOf(team_ids, teams)].join(" ").toLowerCase();
  return people
    .filter((person) => wanted.every((word) => text(person).includes(word)))
    .toSorted((a, b) => Number(b.active) - Number(a.active) || a.name.localeCompare(b.name));
}

/** The names of teams that are known, in their order. */
export function namesOf(ids: readonly string[], teams: readonly Team[]): string[] {
  return teams.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
}
