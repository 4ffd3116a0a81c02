import { describe, expect, it } from "vitest";
import type { Permission, Roles } from "../../api/schema";
import { DAYS, givable, lifetimes, mayBeRevoked, OVER } from "./keys";

const permission = (
  name: string,
  service: Permission["service"],
  agent: Permission["service"],
): Permission => ({
  name,
  resource: name.split(":")[0]!,
  act: name.split(":")[1]!,
  words: name,
  scopes: {
    owner: "agency",
    admin: "agency",
    manager: "teams",
    agent,
    viewer: "nothing",
    auditor: "nothing",
  },
  service,
});
const told: Roles = {
  roles: ["owner", "agent"],
  permissions: [
    permission("records:read", "agency", "own"),
    permission("operations:act", "agency", "nothing"),
    permission("keys:keep", "nothing", "own"),
  ],
};

describe("what a key may be given", () => {
  it("is what keys may have at all, of what one may oneself", () => {
    expect(givable(told, "owner").map(({ name }) => name)).toEqual(["records:read", "operations:act"]);
    expect(givable(told, "agent").map(({ name }) => name)).toEqual(["records:read"]);
    expect(givable(told, "viewer")).toEqual([]);
    expect(givable(undefined, "owner")).toEqual([]);
  });

  it("ends, but for owners who want it not to", () => {
    expect(lifetimes("owner").at(-1)).toEqual({ value: "", label: "Until it is revoked" });
    for (const role of ["admin", "manager", "agent", "viewer", "auditor"] as const)
      expect(lifetimes(role).map(({ value }) => value)).toEqual(["30", DAYS, "180", "365"]);
  });
});

it("says of every state whether it is over, and what can still be revoked", () => {
  expect(Object.entries(OVER).filter(([, words]) => words === null)).toEqual([["active", null]]);
  expect(mayBeRevoked({ state: "suspended" })).toBe(true);
  expect(mayBeRevoked({ state: "revoked" })).toBe(false);
});
