import { describe, expect, it } from "vitest";
import { type Audited, isRefusal, keyOfEntry, latestFirst, originOf, ruleInWords, typeTitle } from "./audit";
import type { ServiceName } from "./services";

const entry = (
  service: ServiceName,
  id: string,
  second: number,
  sequence: number | null = null,
): Audited => ({
  service,
  id,
  kind: sequence === null ? "read" : "change",
  sequence,
  at: `2026-11-28T12:00:0${second}+00:00`,
  type: "opened lead",
  title: "Opened lead",
  subject_id: null,
  person_id: null,
  actor: "person:1",
  on_behalf_of: null,
  origin: null,
  rule: null,
  correlation_id: "c",
  causation_id: null,
});

describe("the services' entries", () => {
  const entries = [
    entry("leads", "a", 5),
    entry("leads", "b", 3),
    entry("clients", "c", 4),
    entry("clients", "d", 1),
  ];

  it("are one list, the latest first", () => {
    expect(latestFirst(entries, []).map(({ id }) => id)).toEqual(["a", "c", "b", "d"]);
  });

  it("go as far down as none can be missing in between", () => {
    expect(latestFirst(entries, ["leads"]).map(({ id }) => id)).toEqual(["a", "c", "b"]);
    expect(latestFirst(entries, ["leads", "clients"]).map(({ id }) => id)).toEqual(["a", "c", "b"]);
    // Of whom nothing is known yet, nothing is waited for.
    expect(latestFirst(entries, ["comms"]).map(({ id }) => id)).toEqual(["a", "c", "b", "d"]);
  });

  it("of one moment are in their order", () => {
    const changes = [entry("leads", "1", 1, 1), entry("leads", "2", 1, 2)];
    expect(latestFirst(changes, []).map(({ id }) => id)).toEqual(["2", "1"]);
  });
});

it("an entry has a name in addresses", () => {
  expect(keyOfEntry(entry("leads", "a", 1))).toBe("leads/a");
});

it.each([
  ["leads.LeadCaptured.v1", "Lead captured"],
  ["opened lead", "Opened lead"],
  ["not signed in: wrong password", "Not signed in: wrong password"],
])("the type %s is called %s", (type, title) => {
  expect(typeTitle(type)).toBe(title);
});

it("whoever was not let in is told from who was", () => {
  expect(isRefusal({ kind: "sign-in", type: "not signed in: locked after too many tries" })).toBe(true);
  expect(isRefusal({ kind: "sign-in", type: "signed in" })).toBe(false);
  expect(isRefusal({ kind: "read", type: "opened lead" })).toBe(false);
});

it("an origin is told in its parts", () => {
  expect(originOf("203.0.113.0/24; Firefox on Windows; session 01")).toEqual({
    network: "203.0.113.0/24",
    device: "Firefox on Windows",
    session: "01",
  });
  expect(originOf("unknown; Another program")).toEqual({
    network: null,
    device: "Another program",
    session: null,
  });
  expect(originOf(null)).toEqual({ network: null, device: null, session: null });
});

it.each([
  ["records:write/own", "Records: write, their own"],
  ["people:appoint owners/agency", "People: appoint owners, the whole agency"],
  ["public:register_agency", "Open to anybody: register agency"],
  ["platform:hears leads.LeadConverted.v1", "The platform hears leads.LeadConverted.v1"],
  ["agency:keeps closed leads for 24 months", "The agency keeps closed leads for 24 months"],
  ["something else", "something else"],
  [null, null],
])("the rule %s is said as %s", (rule, said) => {
  expect(ruleInWords(rule)).toBe(said);
});
