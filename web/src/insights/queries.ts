import { queryOptions } from "@tanstack/react-query";
import { api, data } from "../api/client";
import type { Whose } from "../timeline/queries";

const ALL = 200;

/** What is known of a person from what they said, the latest first. */
export function insightsOf(whose: Whose) {
  return queryOptions({
    queryKey: ["insights", "list", whose],
    queryFn: async ({ signal }) =>
      (await data(api.GET("/api/v1/insights", { params: { query: { ...whose, limit: ALL } }, signal })))
        .items,
  });
}
