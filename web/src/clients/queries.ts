import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { authorizedFetch, type Versioned } from "../api/client";
import { ApiProblem } from "../api/problem";
import type { ClientSearch } from "./filters";
import type { Client, ClientPage } from "./types";

const PAGE = 100;

async function ask<T>(path: string, init?: RequestInit): Promise<Versioned<T>> {
  const response = await authorizedFetch(new Request(`${location.origin}/api/v1/${path}`, init));
  const body = (await response.json()) as T;
  if (!response.ok) throw ApiProblem.from(response, body);
  return { data: body, etag: response.headers.get("etag") };
}

/** The clients that match, page by page. */
export function clientList(search: ClientSearch) {
  return infiniteQueryOptions({
    queryKey: ["clients", "list", search],
    queryFn: async ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: String(PAGE), sort: search.sort ?? "name" });
      if (search.q) query.set("q", search.q);
      for (const owner of search.owner ?? []) query.append("owner_id", owner);
      if (pageParam) query.set("cursor", pageParam);
      return (await ask<ClientPage>(`clients?${query}`, { signal })).data;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
}

/** One client with its version. */
export function clientById(id: string) {
  return queryOptions({
    queryKey: ["clients", "one", id],
    queryFn: ({ signal }) => ask<Client>(`clients/${id}`, { signal }),
  });
}
