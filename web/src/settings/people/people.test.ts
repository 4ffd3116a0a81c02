import { describe, expect, it } from "vitest";
import type { Team, User } from "../../api/schema";
import { appointable, found, mayChange, namesOf, ROLE_WORDS } from "./people";

const person = (name: string, more: Partial<User> = {}): User => ({
  id: name,
  name,
  email: `${name.toLowerCase()}@garden.example`,
  role: "agent",
  team_ids: [],
  active: true,
  time_zone: null,
  locale: null,
  version: 1,
  ...more,
});
const team = (id: string, branch_id: string | null = null): Team => ({
  id,
  name: `Team ${id}`,
  branch_id,
  lead_ids: [],
  version: 1,
});

describe("who may change whom", () => {
  it("gives nobody a role above one's own, and knows every role", () => {
    expect(appointable("owner")).toEqual(Object.keys(ROLE_WORDS));
    expect(appointable("admin")).not.toContain("owner");
    expect(appointable("admin")).toContain("admin");
  });

  it("lets owners and admins change those who are not above them", () => {
    expect(mayChange("owner", { role: "owner" })).toBe(true);
    expect(mayChange("admin", { role: "admin" })).toBe(true);
    expect(mayChange("admin", { role: "owner" })).toBe(false);
    expect(mayChange("manager", { role: "viewer" })).toBe(false);
    expect(mayChange("auditor", { role: "agent" })).toBe(false);
  });
});

describe("finding people", () => {
  const teams = [team("north"), team("south")];
  const people = [
    person("Zoe", { team_ids: ["north"] }),
    person("Ann", { role: "auditor" }),
    person("Bob", { active: false, team_ids: ["north"] }),
  ];
  const names = (typed: string) => found(people, teams, typed).map(({ name }) => name);

  it("shows who may sign in first, then by name", () => {
    expect(names("  ")).toEqual(["Ann", "Zoe", "Bob"]);
  });

  it("looks through names, addresses, roles and teams, for every word", () => {
    expect(names("NORTH")).toEqual(["Zoe", "Bob"]);
    expect(names("north zoe")).toEqual(["Zoe"]);
    expect(names("auditor")).toEqual(["Ann"]);
    expect(names("bob@")).toEqual(["Bob"]);
    expect(names("nobody")).toEqual([]);
  });

  it("names the teams that are known, in their order", () => {
    expect(namesOf(["b", "a"], [team("a"), team("b"), team("c")])).toEqual(["Team a", "Team b"]);
  });
});
