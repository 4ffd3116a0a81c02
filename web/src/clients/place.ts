import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Client, ClientPage } from "../api/schema";
import type { ClientSearch } from "./filters";

let last: ClientSearch = {};

/** The list in which clients were looked at last, so that one can go back to it. */
export function lastList(): ClientSearch {
  return last;
}

/** How a list is called where its rows are remembered. */
export function placeOf(search: ClientSearch): string {
  return `clients ${JSON.stringify(search)}`;
}

/** A list is looked at. */
export function lookAt(search: ClientSearch): void {
  last = search;
}

/** A client in what lists were loaded, to show before it is asked for. */
export function known(queries: QueryClient, id: string): Client | undefined {
  for (const [, list] of queries.getQueriesData<InfiniteData<ClientPage>>({
    queryKey: ["clients", "list"],
  })) {
    const found = list?.pages?.flatMap(({ items }) => items).find((client) => client.id === id);
    if (found) return found;
  }
  return undefined;
}
