import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api, data } from "../api/client";
import { byCursor } from "../api/queries";
import type {
  Campaign,
  CampaignBooks,
  CampaignResults,
  CostEntry,
  CostSaid,
  LaunchCampaign,
  PipelineShown,
  PlanCampaign,
} from "../api/schema";
import { failed, said } from "../ui/toast";
import { saidWithUndo } from "../ui/undo";
import type { CampaignSearch } from "./search";
import { type Status, STATUSES } from "./words";

// Apart from the directory's `campaigns`: what came of one changes with every lead, how it is called seldom.
const RESULTS = "campaign results";

/** All campaigns with what came of each. */
export const campaignList = queryOptions({
  queryKey: [RESULTS, "list"],
  queryFn: async ({ signal }): Promise<Campaign[]> =>
    (await data(api.GET("/api/v1/campaigns", { params: { query: { results: true } }, signal }))).items,
});

/** One campaign with what came of it. */
export const campaignById = (campaign_id: string) =>
  queryOptions({
    queryKey: [RESULTS, "one", campaign_id],
    queryFn: ({ signal }): Promise<Campaign> =>
      data(api.GET("/api/v1/campaigns/{campaign_id}", { params: { path: { campaign_id } }, signal })),
  });

/** By source, and week by week. */
export const resultsOf = (campaign_id: string) =>
  queryOptions({
    queryKey: [RESULTS, "one", campaign_id, "results"],
    queryFn: ({ signal }): Promise<CampaignResults> =>
      data(api.GET("/api/v1/campaigns/{campaign_id}/results", { params: { path: { campaign_id } }, signal })),
  });

/** Its costs and its sources. */
export const booksOf = (campaign_id: string) =>
  queryOptions({
    queryKey: [RESULTS, "one", campaign_id, "books"],
    queryFn: ({ signal }): Promise<CampaignBooks> =>
      data(api.GET("/api/v1/campaigns/{campaign_id}/books", { params: { path: { campaign_id } }, signal })),
  });

/** Campaigns side by side, in this order. */
export const comparison = (ids: readonly string[]) =>
  queryOptions({
    queryKey: [RESULTS, "comparison", ids],
    queryFn: async ({ signal }): Promise<Campaign[]> =>
      (
        await data(
          api.GET("/api/v1/campaigns/comparison", { params: { query: { campaign_id: [...ids] } }, signal }),
        )
      ).items,
    enabled: ids.length > 0,
    placeholderData: (before) => before,
  });

/** The leads behind a number, the latest first. */
export const leadsOf = (campaign_id: string, { way, step, stage, line, reached, q }: CampaignSearch) =>
  infiniteQueryOptions({
    ...byCursor,
    queryKey: [
      RESULTS,
      "one",
      campaign_id,
      "leads",
      way,
      step,
      stage ?? "",
      line ?? "",
      reached ?? false,
      q ?? "",
    ],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/campaigns/{campaign_id}/leads", {
          params: {
            path: { campaign_id },
            query: {
              way,
              step,
              stage_key: stage,
              pipeline: stage === undefined ? undefined : (line as PipelineShown["line"]),
              reached,
              q,
              limit: 50,
              cursor: pageParam,
            },
          },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });

const askAnew = (queries: QueryClient) =>
  Promise.all([
    queries.invalidateQueries({ queryKey: [RESULTS] }),
    queries.invalidateQueries({ queryKey: ["campaigns"] }),
  ]);

/** A new campaign. */
export function useLaunch() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, body }: { key: string; body: LaunchCampaign }): Promise<Campaign> =>
      data(api.POST("/api/v1/campaigns", { headers: { "Idempotency-Key": key }, body })),
    onSuccess: (made) => {
      queries.setQueryData(campaignById(made.id).queryKey, made);
      said(made.status === "draft" ? `${made.name} is kept as a draft` : `${made.name} runs`);
    },
    onSettled: () => askAnew(queries),
  });
}

/** It is planned otherwise, as of the version that was read. */
export function useReplan({ id, version }: Campaign) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: PlanCampaign): Promise<Campaign> =>
      data(
        api.PUT("/api/v1/campaigns/{campaign_id}", {
          params: { path: { campaign_id: id } },
          headers: { "If-Match": `"${version}"` },
          body,
        }),
      ),
    onSuccess: (changed) => {
      queries.setQueryData(campaignById(id).queryKey, changed);
      said(`${changed.name} is changed`);
    },
    onSettled: () => askAnew(queries),
  });
}

/** It is launched, paused, closed or reopened. */
export function useSetStatus({ id, version }: Campaign) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({
      status,
      note = "",
    }: {
      status: Exclude<Status, "draft">;
      note?: string;
    }): Promise<Campaign> =>
      data(
        api.PUT("/api/v1/campaigns/{campaign_id}/status", {
          params: { path: { campaign_id: id } },
          headers: { "If-Match": `"${version}"` },
          body: { status, note },
        }),
      ),
    onSuccess: (changed) => {
      queries.setQueryData(campaignById(id).queryKey, changed);
      said(`${changed.name} is ${STATUSES[changed.status].word.toLowerCase()}`);
    },
    onSettled: () => askAnew(queries),
  });
}

/** A cost is recorded; with `id`, it was otherwise. */
export function useWriteCost(campaign_id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({
      id,
      key,
      body,
    }: {
      id: string | null;
      key: string;
      body: CostSaid;
    }): Promise<CampaignBooks> =>
      data(
        id === null
          ? api.POST("/api/v1/campaigns/{campaign_id}/costs", {
              params: { path: { campaign_id } },
              headers: { "Idempotency-Key": key },
              body,
            })
          : api.PUT("/api/v1/campaigns/{campaign_id}/costs/{campaign_cost_id}", {
              params: { path: { campaign_id, campaign_cost_id: id } },
              body,
            }),
      ),
    onSuccess: (books, { id }) => {
      queries.setQueryData(booksOf(campaign_id).queryKey, books);
      said(id === null ? "The cost is recorded" : "The cost is corrected");
    },
    onSettled: () => askAnew(queries),
  });
}

/** A cost never was; for a moment that can be taken back, as a new one. */
export function useRemoveCost({ id: campaign_id, currency }: Campaign) {
  const queries = useQueryClient();
  const { mutate: write } = useWriteCost(campaign_id);
  return useMutation({
    mutationFn: ({ cost }: { cost: CostEntry; key: string }): Promise<CampaignBooks> =>
      data(
        api.DELETE("/api/v1/campaigns/{campaign_id}/costs/{campaign_cost_id}", {
          params: { path: { campaign_id, campaign_cost_id: cost.id } },
        }),
      ),
    onSuccess: (books, { cost, key }) => {
      queries.setQueryData(booksOf(campaign_id).queryKey, books);
      const body = {
        kind: cost.kind,
        amount: { minor: cost.amount_minor, currency },
        on: cost.spent_on,
        note: cost.note,
      };
      saidWithUndo("The cost is removed", () => write({ id: null, key, body }));
    },
    onError: (error) => failed("The cost was not removed", error),
    onSettled: () => askAnew(queries),
  });
}

/** A lead is put into it, or taken out. */
export function useMembership({ id: campaign_id, name }: Pick<Campaign, "id" | "name">) {
  const queries = useQueryClient();
  const moving = useMutation({
    mutationFn: ({ lead, into }: { lead: { id: string; display_name: string }; into: boolean }) => {
      const params = { path: { campaign_id, lead_id: lead.id } };
      return data(
        into
          ? api.PUT("/api/v1/campaigns/{campaign_id}/members/{lead_id}", { params })
          : api.DELETE("/api/v1/campaigns/{campaign_id}/members/{lead_id}", { params }),
      );
    },
    onSuccess: (_, { lead, into }) =>
      into
        ? said(`${lead.display_name} is in ${name}`)
        : saidWithUndo(`${lead.display_name} is out of ${name}`, () => moving.mutate({ lead, into: true })),
    onError: (error, { lead, into }) =>
      failed(
        into ? `${lead.display_name} was not put into ${name}` : `${lead.display_name} is in it still`,
        error,
      ),
    onSettled: () => askAnew(queries),
  });
  return moving;
}
