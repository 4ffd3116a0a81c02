import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { LeadView, SaveView } from "../../api/schema";
import { said } from "../../ui/toast";
import type { LeadSearch } from "../filters";
import { narrowing } from "../queries";
import type { Filter } from "./filter";

/** The views that somebody sees, by name. */
export const leadViews = queryOptions({
  queryKey: ["lead views"],
  queryFn: async ({ signal }): Promise<LeadView[]> =>
    (await data(api.GET("/api/v1/leads/views", { signal }))).items,
  staleTime: 30_000,
});

/** Tags that leads have, by name; none while they are on their way. */
export function useTagsKnown(): readonly string[] {
  const known = useQuery({
    queryKey: ["lead tags"],
    queryFn: async ({ signal }) => (await data(api.GET("/api/v1/leads/tags", { signal }))).items,
    staleTime: 60_000,
  });
  return known.data ?? NO_TAGS;
}

const NO_TAGS: readonly string[] = [];

/** How many leads a list holds; it moves with them. */
export function leadCount(search: LeadSearch) {
  const query = narrowing(search);
  return queryOptions({
    queryKey: ["leads", "count", query],
    queryFn: ({ signal }) => data(api.GET("/api/v1/leads/count", { params: { query }, signal })),
  });
}

/** What a view shows, as an address says it. */
export function searchOf(view: LeadView): LeadSearch {
  return {
    list: view.id,
    filter: (view.filter as Filter | null) ?? undefined,
    sort: (view.sort as LeadSearch["sort"] | null) ?? undefined,
    cols: view.columns.length > 0 ? view.columns : undefined,
  };
}

/** Keeps a list under a name, a new one or one that is there. */
export function useSaveView() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ view, key, body }: { view: LeadView | null; key: string; body: SaveView }) =>
      data(
        view === null
          ? api.POST("/api/v1/leads/views", { headers: { "Idempotency-Key": key }, body })
          : api.PUT("/api/v1/leads/views/{view_id}", { params: { path: { view_id: view.id } }, body }),
      ),
    onSuccess: ({ name }) => said(`${name} is saved`),
    onSettled: () => queries.invalidateQueries({ queryKey: ["lead views"] }),
  });
}

/** A view is no more; the leads stay. */
export function useRemoveView() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: LeadView) =>
      data(api.DELETE("/api/v1/leads/views/{view_id}", { params: { path: { view_id: id } } })),
    onSuccess: (_, { name }) => said(`${name} is removed; its leads are not`),
    onSettled: () => queries.invalidateQueries({ queryKey: ["lead views"] }),
  });
}
