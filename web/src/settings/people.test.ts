import { describe, expect, it } from "vitest";
import type { Branch, Team, User } from "../api/schema";
import { appointable, byBranch, found, mayChange, membersOf, namesOf, ROLE_WORDS } from "./people";
import { readView } from "./views";

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
const branch = (id: string): Branch => ({ id, name: `Branch ${id}`, version: 1 });

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
});

describe("teams", () => {
  it("stand under their branches, those of none last", () => {
    const teams = [team("a", "x"), team("b"), team("c", "gone")];
    const parts = byBranch([branch("x"), branch("y")], teams);
    expect(parts.map(([place, its]) => [place?.id, its.map(({ id }) => id)])).toEqual([
      ["x", ["a"]],
      ["y", []],
      [undefined, ["b", "c"]],
    ]);
  });

  it("have a part of their own where there is no branch, and none where each has one", () => {
    expect(byBranch([], []).length).toBe(1);
    expect(byBranch([branch("x")], [team("a", "x")]).length).toBe(1);
  });

  it("count those alone who are at work", () => {
    const people = [person("Ann", { team_ids: ["a"] }), person("Bob", { team_ids: ["a"], active: false })];
    expect(membersOf(team("a"), people).map(({ name }) => name)).toEqual(["Ann"]);
    expect(namesOf(["b", "a"], [team("a"), team("b"), team("c")])).toEqual(["Team a", "Team b"]);
  });
});

describe("the address", () => {
  it("means people where it means nothing else", () => {
    expect(readView("roles")).toBe("roles");
    expect(readView("toString")).toBe("people");
  });
});
