import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { applier } from "./apply";
import type { Change } from "./changes";

const change = (resource: string, id: string): Change => ({
  resource,
  id,
  version: 1,
  type: "",
  person_id: null,
  lead_id: null,
  client_id: null,
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function staleAfter(queries: QueryClient, news: Parameters<ReturnType<typeof applier>>[0][]): unknown[] {
  const apply = applier(queries);
  for (const each of news) apply(each);
  vi.advanceTimersByTime(1000);
  return queries
    .getQueryCache()
    .getAll()
    .filter((query) => query.state.isInvalidated)
    .map((query) => query.queryKey);
}

it("makes stale what a change touches, and nothing else", () => {
  const queries = new QueryClient();
  for (const key of [
    ["leads", "list", {}],
    ["leads", "one", "a"],
    ["leads", "one", "b"],
    ["clients", "list", {}],
  ]) {
    queries.setQueryData(key, {});
  }
  expect(staleAfter(queries, [{ kind: "change", change: change("lead", "a") }])).toEqual([
    ["leads", "list", {}],
    ["leads", "one", "a"],
  ]);
});

const news = (type: string) => [{ kind: "change" as const, change: { ...change("lead", "a"), type } }];

it("shows who joins a household with each of those who live there", () => {
  const queries = new QueryClient();
  for (const id of ["a", "b"]) queries.setQueryData(["leads", "household", id], {});
  expect(staleAfter(queries, news("leads.LeadDetailsChanged.v1"))).toEqual([["leads", "household", "a"]]);
  expect(staleAfter(queries, news("leads.LeadJoinedHousehold.v1"))).toEqual([
    ["leads", "household", "a"],
    ["leads", "household", "b"],
  ]);
});

it("asks for stages and the board anew when pipelines change", () => {
  const queries = new QueryClient();
  for (const key of [["pipelines"], ["leads", "board", {}], ["leads", "list", {}]])
    queries.setQueryData(key, {});
  expect(staleAfter(queries, [{ kind: "change", change: change("pipelines", "p") }])).toEqual([
    ["pipelines"],
    ["leads", "board", {}],
  ]);
});

it("goes by what the rooms of the settings ask for", () => {
  const queries = new QueryClient();
  for (const key of ["users", "teams", "branches", "invitations", "roles"]) queries.setQueryData([key], []);
  const told = ["user", "team", "branch", "invitation"].map((each) => ({
    kind: "change" as const,
    change: change(each, "a"),
  }));
  expect(staleAfter(queries, told)).toEqual([["users"], ["teams"], ["branches"], ["invitations"]]);
});

it("takes a burst as one", () => {
  const queries = new QueryClient();
  const invalidate = vi.spyOn(queries, "invalidateQueries");
  const burst = Array.from({ length: 1000 }, () => ({
    kind: "change" as const,
    change: change("insight", "x"),
  }));
  staleAfter(queries, burst);
  expect(invalidate).toHaveBeenCalledTimes(1);
});

it("asks for everything again where changes were missed", () => {
  const queries = new QueryClient();
  queries.setQueryData(["users"], {});
  queries.setQueryData(["reports", "x"], {});
  expect(staleAfter(queries, [{ kind: "resync" }])).toEqual([["users"], ["reports", "x"]]);
});

it("asks for conversations and insights again when a record is shared, or no longer", () => {
  for (const type of ["leads.LeadShared.v1", "clients.ClientUnshared.v1"]) {
    const queries = new QueryClient();
    for (const key of [["threads"], ["insights"], ["campaigns"]]) queries.setQueryData(key, {});
    const shared = { ...change(type.startsWith("leads") ? "lead" : "client", "a"), type };
    expect(staleAfter(queries, [{ kind: "change", change: shared }])).toEqual([["threads"], ["insights"]]);
  }
});
