import type { GroupBy } from "../api/schema";

/** The reports there are, each with what it tells in a line. */
export const REPORTS = {
  "conversion-times": {
    title: "Conversion times",
    summary: "From first touch to conversion",
    unit: ["lead converted", "leads converted"],
  },
  "response-times": {
    title: "Response times",
    summary: "From capture to the first call out by a person",
    unit: ["lead called", "leads called"],
  },
} as const;

export type ReportName = keyof typeof REPORTS;

/** What a report's lines may be. */
export const GROUPS: Record<GroupBy, string> = {
  agent: "Agent",
  campaign: "Campaign",
  source: "Source",
  team: "Team",
};

/** Leads that took from so many seconds on to fewer than so many; null: however many. */
export interface Band {
  from: number;
  to: number | null;
}

/** What is looked at; the page's address says it, so that it can be kept and sent. */
export interface ReportSearch {
  report?: ReportName;
  /** First day and last, `2026-03-01`, in the agency's zone. Without them the last 90 days. */
  from?: string;
  to?: string;
  by?: GroupBy;
  /** The line whose leads are listed; `none` is the one without an agent, a campaign, … */
  key?: string;
  /** The part of the distribution whose leads are listed: `3600-86400`, `86400-`. */
  band?: string;
}

/** The report in an address; what is not one of ours is left out. */
export function readReportSearch(raw: Record<string, unknown>): ReportSearch {
  const found: ReportSearch = {
    report: raw.report === "response-times" ? "response-times" : undefined,
    from: dayOf(raw.from),
    to: dayOf(raw.to),
    by:
      typeof raw.by === "string" && raw.by in GROUPS && raw.by !== "agent" ? (raw.by as GroupBy) : undefined,
    key:
      raw.key === undefined || raw.key === null || raw.key === "" ? undefined : String(raw.key).slice(0, 200),
    band: typeof raw.band === "string" && bandOf(raw.band) ? raw.band : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** The part of the distribution that an address names. */
export function bandOf(text: string | undefined): Band | null {
  const [, from, to] = /^(\d{1,9})-(\d{1,9})?$/.exec(text ?? "") ?? [];
  return from === undefined ? null : { from: Number(from), to: to === undefined ? null : Number(to) };
}

/** How an address names a part of the distribution. */
export function bandText({ from, to }: Band): string {
  return `${from}-${to ?? ""}`;
}

function dayOf(value: unknown): string | undefined {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined;
}
