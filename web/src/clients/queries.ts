import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data, versioned } from "../api/client";
import { byCursor } from "../api/queries";
import type { Past } from "../history/past";
import type { ClientSearch } from "./filters";

const PAGE = 100;

/** The clients that match, page by page. */
export function clientList(search: ClientSearch) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["clients", "list", search],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/clients", {
          params: {
            query: {
              q: search.q,
              owner_id: search.owner,
              sort: search.sort ?? "-onboarded_at",
              limit: PAGE,
              cursor: pageParam,
            },
          },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });
}

/** These clients as rows of a list, whoever of them is in sight; a hundred at most. */
export function clientsNamed(ids: readonly string[]) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["clients", "list", "named", ids],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/clients", { params: { query: { id: [...ids], limit: ids.length } }, signal })),
    enabled: ids.length > 0,
    placeholderData: (before) => before,
  });
}

/** One client with its version. */
export function clientById(id: string) {
  return queryOptions({
    queryKey: ["clients", "one", id],
    queryFn: ({ signal }) =>
      versioned(api.GET("/api/v1/clients/{client_id}", { params: { path: { client_id: id } }, signal })),
  });
}

/** What one client was, and how it came to be what it is. */
export function pastOfClient(id: string): Past {
  const path = { client_id: id };
  return {
    noun: "client",
    key: ["clients", "one", id],
    entries: (query, signal) =>
      data(api.GET("/api/v1/clients/{client_id}/history", { params: { path, query }, signal })),
    state: (query, signal) =>
      data(api.GET("/api/v1/clients/{client_id}/history/state", { params: { path, query }, signal })),
  };
}
