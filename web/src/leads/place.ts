import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Lead, LeadPage } from "../api/schema";
import { leaveRow } from "../ui/rows";
import type { LeadSearch } from "./filters";
import { leadList } from "./queries";

let last: LeadSearch = {};

/** The list in which leads were looked at last, so that one can go on from one of them, and back. */
export function lastList(): LeadSearch {
  return last;
}

/** How a list is called where its rows are remembered. */
export function placeOf(search: LeadSearch): string {
  return `leads ${JSON.stringify({ ...search, adding: undefined, peek: undefined })}`;
}

/** A list is looked at. */
export function lookAt(search: LeadSearch): void {
  last = { ...search, adding: undefined, peek: undefined };
}

/** Back to the list finds this lead's row. */
export function leaveAt(lead: string): void {
  leaveRow(placeOf(last), lead);
}

/** A lead in what lists were loaded, to show before it is asked for. */
export function known(queries: QueryClient, id: string): Lead | undefined {
  for (const [, list] of queries.getQueriesData<InfiniteData<LeadPage>>({ queryKey: ["leads", "list"] })) {
    const found = list?.pages?.flatMap(({ items }) => items).find((lead) => lead.id === id);
    if (found) return found;
  }
  return undefined;
}

/** The leads before and after this one in the list that was looked at last, as far as it was loaded. */
export function neighbours(
  queries: QueryClient,
  id: string,
): { previous: string | null; next: string | null } {
  const list = queries.getQueryData(leadList(last).queryKey);
  const ids = list?.pages.flatMap(({ items }) => items.map((lead) => lead.id)) ?? [];
  const at = ids.indexOf(id);
  return at === -1
    ? { previous: null, next: null }
    : { previous: ids[at - 1] ?? null, next: ids[at + 1] ?? null };
}
