import { queryOptions } from "@tanstack/react-query";
import { authorizedFetch } from "../api/client";
import { ApiProblem } from "../api/problem";
import type { Whose } from "../timeline/queries";
import type { Insight } from "./types";

/** What is known of a person from what they said. */
export function insightsOf(whose: Whose) {
  return queryOptions({
    queryKey: ["insights", "list", whose],
    queryFn: async ({ signal }): Promise<Insight[]> => {
      const query = new URLSearchParams({ ...whose, limit: "200" });
      const response = await authorizedFetch(
        new Request(`${location.origin}/api/v1/insights?${query}`, { signal }),
      );
      const body = (await response.json()) as { items: Insight[] };
      if (!response.ok) throw ApiProblem.from(response, body);
      return body.items;
    },
  });
}
