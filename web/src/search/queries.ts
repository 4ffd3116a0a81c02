import { queryOptions } from "@tanstack/react-query";
import { api, data } from "../api/client";

const MOST = 20;

/** The passages of all calls and messages in one's scope that have to do with the question, the best first. */
export function passages(q: string) {
  return queryOptions({
    queryKey: ["search", "list", q],
    queryFn: async ({ signal }) =>
      (await data(api.GET("/api/v1/search", { params: { query: { q, limit: MOST } }, signal }))).items,
    enabled: q !== "",
    placeholderData: (before) => (q === "" ? undefined : before),
  });
}
