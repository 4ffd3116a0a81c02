import { describe, expect, it } from "vitest";
import type { Branch, Team, User } from "../../api/schema";
import { byBranch, membersOf } from "./teams";

const team = (id: string, branch_id: string | null = null): Team => ({
  id,
  name: `Team ${id}`,
  branch_id,
  lead_ids: [],
  version: 1,
});
const branch = (id: string): Branch => ({ id, name: `Branch ${id}`, version: 1 });

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
    const people = [
      { name: "Ann", team_ids: ["a"], active: true },
      { name: "Bob", team_ids: ["a"], active: false },
      { name: "Cal", team_ids: ["b"], active: true },
    ] as User[];
    expect(membersOf(team("a"), people).map(({ name }) => name)).toEqual(["Ann"]);
  });
});
