import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { byCursor } from "../../api/queries";
import type { LeadSource, LeadSourceWithAddress, MappingPreview, SetUpLeadSource } from "../../api/schema";
import { said } from "../../ui/toast";
import type { Fate } from "./words";

/** Where leads come from. */
export const sources = queryOptions({
  queryKey: ["lead sources", "list"],
  queryFn: async ({ signal }): Promise<LeadSource[]> =>
    (await data(api.GET("/api/v1/lead-sources", { signal }))).items,
});

/** One source. */
export const sourceOf = (lead_source_id: string) =>
  queryOptions({
    queryKey: ["lead sources", lead_source_id],
    queryFn: ({ signal }): Promise<LeadSource> =>
      data(
        api.GET("/api/v1/lead-sources/{lead_source_id}", { params: { path: { lead_source_id } }, signal }),
      ),
  });

/** What was posted there, the latest first. */
export const postsOf = (lead_source_id: string, fate: Fate | undefined) =>
  infiniteQueryOptions({
    ...byCursor,
    queryKey: ["lead sources", lead_source_id, "posts", fate ?? "all"],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/lead-sources/{lead_source_id}/posts", {
          params: {
            path: { lead_source_id },
            query: { fate: fate === undefined ? undefined : [fate], limit: 50, cursor: pageParam },
          },
          signal,
        }),
      ),
  });

/** One post as it came. To have it is to have looked at it. */
export const wholePost = (lead_source_id: string, lead_post_id: string) =>
  queryOptions({
    queryKey: ["lead sources", lead_source_id, "post", lead_post_id],
    queryFn: ({ signal }) =>
      data(
        api.GET("/api/v1/lead-sources/{lead_source_id}/posts/{lead_post_id}", {
          params: { path: { lead_source_id, lead_post_id } },
          signal,
        }),
      ),
    staleTime: 60_000,
  });

/** How a sample would be understood, as what is posted there or sent by these senders. */
export const previewOf = (
  { kind, senders }: Pick<LeadSource, "kind" | "senders">,
  sample: string,
  mapping: Record<string, string>,
) =>
  queryOptions({
    queryKey: ["lead sources", "preview", kind, senders, sample, mapping],
    queryFn: ({ signal }): Promise<MappingPreview> =>
      data(api.POST("/api/v1/lead-sources/preview", { body: { kind, senders, sample, mapping }, signal })),
    enabled: sample.trim() !== "",
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
    placeholderData: (before) => before,
  });

const askAnew = (queries: QueryClient) => queries.invalidateQueries({ queryKey: ["lead sources"] });

/** A new source. The answer is the one time that its address is shown. */
export function useMakeSource() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, body }: { key: string; body: SetUpLeadSource }): Promise<LeadSourceWithAddress> =>
      data(api.POST("/api/v1/lead-sources", { headers: { "Idempotency-Key": key }, body })),
    onSettled: () => askAnew(queries),
    gcTime: 0,
  });
}

/** All that is said of a source, for it is changed whole. */
export function saidOf(source: LeadSource): SetUpLeadSource {
  const { name, kind, active, campaign_id, owner_id, team_id, cost, line_of_business } = source;
  const { mapping, answers, bidding, form, senders } = source;
  return {
    name, kind, active, campaign_id, owner_id, team_id, cost, line_of_business, mapping, answers, bidding, form,
    senders,
  } as SetUpLeadSource; // prettier-ignore
}

/** The source is set up otherwise. */
export function useChangeSource() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({
      source,
      more,
    }: {
      source: LeadSource;
      more: Partial<SetUpLeadSource>;
    }): Promise<LeadSource> =>
      data(
        api.PUT("/api/v1/lead-sources/{lead_source_id}", {
          params: { path: { lead_source_id: source.id } },
          headers: { "If-Match": `"${source.version}"` },
          body: { ...saidOf(source), ...more },
        }),
      ),
    onSuccess: (changed) => {
      queries.setQueryData(sourceOf(changed.id).queryKey, changed);
      said(`${changed.name} is changed`);
    },
    onSettled: () => askAnew(queries),
  });
}

/** A new address in the place of the last, shown this once. */
export function useReaddress() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, key }: { id: string; key: string }): Promise<LeadSourceWithAddress> =>
      data(
        api.POST("/api/v1/lead-sources/{lead_source_id}/address", {
          params: { path: { lead_source_id: id } },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onSettled: () => askAnew(queries),
    gcTime: 0,
  });
}

/** Reads a post once more, by the mapping as it is now. */
export function useCaptureAnew(lead_source_id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (lead_post_id: string) =>
      data(
        api.POST("/api/v1/lead-sources/{lead_source_id}/posts/{lead_post_id}/capture", {
          params: { path: { lead_source_id, lead_post_id } },
        }),
      ),
    onSuccess: () => said("It is a lead now"),
    onSettled: () => askAnew(queries),
  });
}
