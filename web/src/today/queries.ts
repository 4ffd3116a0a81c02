import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data } from "../api/client";
import type { Insight, Lead, paths } from "../api/schema";
import { OPEN_STAGES } from "../leads/stage";
import { daysUntil } from "../ui/format";

type Narrowed = NonNullable<paths["/api/v1/leads"]["get"]["parameters"]["query"]>;

/** Of each card. */
export const FEW = 6;
// Some of them may have been forgotten, and ask for nothing.
const MORE_THAN_FEW = 30;
const LATEST_INSIGHTS = 60;
const SOON_DAYS = 60;

/** Where the leads in one's scope stand. */
export function pipeline() {
  return queryOptions({
    queryKey: ["reports", "one", "pipeline"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/reports/pipeline", { signal })),
  });
}

/** Open leads for a card. They are kept in a page, as lists are, so that a change of one finds its row here too. */
function openLeads(card: readonly string[], narrowed: Narrowed) {
  return infiniteQueryOptions({
    initialPageParam: undefined,
    getNextPageParam: () => undefined,
    queryKey: ["leads", "list", ...card],
    queryFn: ({ signal }) =>
      data(
        api.GET("/api/v1/leads", {
          params: { query: { stage: [...OPEN_STAGES], limit: MORE_THAN_FEW, ...narrowed } },
          signal,
        }),
      ),
  });
}

/** One's own open leads that were not contacted since yesterday, who waits longest first. */
export function waitingFor(userId: string) {
  return openLeads(["waiting for", userId], {
    owner_id: [userId],
    not_contacted_for_days: 1,
    sort: "last_contacted_at",
  });
}

/** Open leads that are nobody's, the newest first. */
export function toClaim() {
  return openLeads(["to claim"], { owner_id: ["none"], sort: "-captured_at" });
}

/** Days for which it is said that a lead came back. */
const CAME_BACK_DAYS = 7;

/** One's own leads that came back lately. */
export function cameBack(userId: string) {
  const lately = { field: "came_back_at", op: "in_last", value: CAME_BACK_DAYS };
  return openLeads(["came back", userId], {
    owner_id: [userId],
    filter: JSON.stringify({ all: [lately] }),
  });
}

const since = ({ came_back_at: at }: Lead) => Date.parse(at ?? "");

/** Of those the ones whom nobody has worked on since, who came back last first. */
export function notWorkedSince(leads: readonly Lead[]): Lead[] {
  return leads
    .filter((lead) => Date.parse(lead.stage_since) <= since(lead))
    .filter((lead) => !(Date.parse(lead.last_contacted_at ?? "") > since(lead)))
    .toSorted((a, b) => since(b) - since(a));
}

/** Of leads, the first few that something can be done for. */
export function fewOf(leads: readonly Lead[]): Lead[] {
  return leads.filter(({ forgotten_at: forgotten }) => forgotten === null).slice(0, FEW);
}

/** The conversations in which something was said last. */
export function latestThreads() {
  return queryOptions({
    queryKey: ["threads", "list", "latest"],
    queryFn: async ({ signal }) =>
      (await data(api.GET("/api/v1/threads", { params: { query: { limit: FEW } }, signal }))).items,
  });
}

/** What people said lately that asks for something to be done. */
export function worthActingOn() {
  return queryOptions({
    queryKey: ["insights", "list", "worth acting on"],
    queryFn: async ({ signal }) => {
      const query = { kind: ["next_step" as const, "x_date" as const], limit: LATEST_INSIGHTS };
      return (await data(api.GET("/api/v1/insights", { params: { query }, signal }))).items;
    },
  });
}

/** Next steps and X-dates that come soon, what was said last first; of one person each once, as it was said last. */
export function actOn(insights: readonly Insight[], zone: string): Insight[] {
  const seen = new Set<string>();
  const wanted = insights
    .toSorted((a, b) => b.said_at.localeCompare(a.said_at))
    .filter((insight) => {
      const whose = insight.lead_id ?? insight.client_id;
      const about = `${insight.kind} ${whose}`;
      if (whose === null || seen.has(about)) return false;
      seen.add(about);
      // What one is not shown, one cannot act on.
      if (insight.value === null) return false;
      if (insight.kind !== "x_date") return true;
      const days = daysUntil(insight.value, zone);
      return days >= 0 && days <= SOON_DAYS;
    });
  return wanted.slice(0, FEW);
}

/** Whose insights are, each once and in an order of their own: as clients where they are, else as leads. */
export function whose(insights: readonly Insight[]): { clients: string[]; leads: string[] } {
  return {
    clients: inOrder(insights.map(({ client_id: client }) => client)),
    leads: inOrder(
      insights.filter(({ client_id: client }) => client === null).map(({ lead_id: lead }) => lead),
    ),
  };
}

const inOrder = (found: readonly (string | null)[]): string[] =>
  [...new Set(found.filter((id): id is string => id !== null))].toSorted();
