import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data } from "../api/client";
import { byCursor } from "../api/queries";

const PAGE = 50;

/** The conversations in one's scope, or those of nobody known, the latest first, page by page. */
export function threadList(unknown: boolean) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["threads", "list", { unknown }],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/threads", {
          params: { query: { unknown, limit: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
  });
}

/** One conversation with all that was said in it, the oldest first. */
export function threadById(id: string) {
  return queryOptions({
    queryKey: ["threads", "one", id],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/threads/{thread_id}", { params: { path: { thread_id: id } }, signal })),
  });
}
