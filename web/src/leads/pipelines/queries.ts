import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { Lead, PipelineShown, PipelineStage, PipelinesShown } from "../../api/schema";

const WATCHED_MS = 1_000;

/** The agency's pipelines, the one of all lines without their own first. */
export const pipelines = queryOptions({
  queryKey: ["pipelines"],
  queryFn: ({ signal }): Promise<PipelinesShown> => data(api.GET("/api/v1/pipelines", { signal })),
  staleTime: 60_000,
  // As long as leads are on their way, it is asked how far they are.
  refetchInterval: ({ state }) => (state.data?.placing?.status === "running" ? WATCHED_MS : false),
});

export type Pipeline = PipelineShown;

/** The agency's pipelines, as far as they are known; the six stages of who says nothing while they are on their way. */
export function usePipelines(): readonly Pipeline[] {
  const there = useQuery(pipelines).data?.items;
  return there && there.length > 0 ? there : STANDARD;
}

const stage = (key: PipelineStage["kind"], name: string, probability: number): PipelineStage => ({
  key,
  name,
  kind: key,
  probability,
  required: [],
  rots_after_days: null,
});

const STANDARD: readonly Pipeline[] = [
  {
    line: "default",
    name: "Pipeline",
    stages: [
      stage("new", "New", 10),
      stage("contacted", "Contacted", 20),
      stage("qualified", "Qualified", 40),
      stage("quoted", "Quoted", 60),
      stage("won", "Won", 100),
      stage("lost", "Lost", 0),
    ],
    exit_reasons: [],
  },
];

/** The pipeline that a lead goes through. */
export const pipelineOf = (there: readonly Pipeline[], lead: Pick<Lead, "pipeline">): Pipeline =>
  there.find(({ line }) => line === lead.pipeline) ?? there[0]!;

/** Where in it the lead is. */
export function stageOf(
  there: readonly Pipeline[],
  lead: Pick<Lead, "pipeline" | "stage" | "stage_key">,
): PipelineStage {
  const { stages } = pipelineOf(there, lead);
  return (
    stages.find(({ key }) => key === lead.stage_key) ??
    stages.find(({ kind }) => kind === lead.stage) ??
    stages[0]!
  );
}

/** What must be known of a lead before it is in a stage, and is not. What somebody may not see is left to the service. */
export function missing(lead: Lead, to: PipelineStage): string[] {
  return (to.required ?? []).filter((name) => {
    if (name.startsWith("fields.")) return lead.fields[name.slice("fields.".length)] === undefined;
    if (lead.withheld?.includes(name)) return false;
    if (name === "name") return `${lead.name.given}${lead.name.family}` === "";
    const value = lead[name as keyof Lead];
    return value === null || value === undefined || value === "";
  });
}

/** Whole days for which a lead has been in its stage. */
export const daysInStage = ({ stage_since }: Pick<Lead, "stage_since">, now: number): number =>
  Math.max(0, Math.floor((now - Date.parse(stage_since)) / 86_400_000));

/** Whether it is there for longer than the stage allows. */
export const isRotting = ({ rots_at }: Pick<Lead, "rots_at">, now: number): boolean =>
  rots_at !== null && rots_at !== undefined && Date.parse(rots_at) <= now;
