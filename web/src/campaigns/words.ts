import type { Campaign, CampaignKind, Funnel, PlanCampaign } from "../api/schema";
import type { Tone } from "../ui/Chip";
import { amountInWords, minorOf, written } from "../leads/sources/words";
import { day } from "../ui/format";

export type Status = Campaign["status"];
export type Step = Exclude<keyof Funnel, "median_minutes">;

/** By what people are addressed. */
export const KINDS: Record<CampaignKind, string> = {
  email: "Email",
  call: "Calls",
  mail: "Letters",
  referral: "Referrals",
  event: "Event",
  purchased_list: "Bought list",
  digital_ads: "Online ads",
  other: "Other",
};

/** How far a campaign is: its word, and a tone for the eye. */
export const STATUSES: Record<Status, { word: string; tone: Tone }> = {
  running: { word: "Running", tone: "good" },
  draft: { word: "Draft", tone: "plain" },
  paused: { word: "Paused", tone: "warn" },
  closed: { word: "Closed", tone: "plain" },
};

/** How far leads came, in the order in which they do. */
export const STEPS: Record<Step, { word: string; what: string }> = {
  all: { word: "Leads", what: "All of them" },
  untouched: { word: "Untouched", what: "Open, and nobody called or heard of them yet" },
  contacted: { word: "Contacted", what: "They were reached, or wrote" },
  quoted: { word: "Quoted", what: "At any time, whatever became of them" },
  won: { word: "Won", what: "They are clients now" },
  lost: { word: "Lost", what: "They went elsewhere" },
};

/** The words of links that a lead is known by, as they stand in an address. */
export const UTM = ["source", "medium", "campaign", "term", "content"] as const;

/** From when until when; a dash where neither is said. */
export function datesInWords({ starts_on, ends_on }: Pick<Campaign, "starts_on" | "ends_on">): string {
  if (starts_on && ends_on) return `${day(starts_on)} – ${day(ends_on)}`;
  if (starts_on) return `from ${day(starts_on)}`;
  return ends_on ? `until ${day(ends_on)}` : "—";
}

/** A minor amount in a campaign's currency; a dash where there is none. */
export const amount = (minor: number | null | undefined, { currency }: Pick<Campaign, "currency">): string =>
  minor === null || minor === undefined ? "—" : amountInWords({ minor, currency });

export const NOT_RECORDED = "No cost recorded";

/** What it cost, or one of its leads did; said so where nobody recorded any cost. */
export const costInWords = (
  minor: number | null | undefined,
  { currency, cost }: Pick<Campaign, "currency" | "cost">,
): string => (cost && !cost.recorded ? NOT_RECORDED : amount(minor, { currency }));

/** What of its budget is gone, in percent; null without a budget. */
export const shareOfBudget = ({
  budget_minor,
  cost,
}: Pick<Campaign, "budget_minor" | "cost">): number | null =>
  budget_minor && cost ? Math.round((100 * cost.net_minor) / budget_minor) : null;

/** What can become of a campaign now, and how that is called; closing is asked for by itself. */
export function nextOf(status: Status): { to: "running" | "paused"; word: string } {
  if (status === "running") return { to: "paused", word: "Pause" };
  return { to: "running", word: status === "draft" ? "Launch" : status === "paused" ? "Resume" : "Reopen" };
}

/** What a plan's form holds. */
export interface Entered {
  name: string;
  source: string;
  kind: CampaignKind;
  currency: string;
  budget: string;
  goal: string;
  starts: string;
  ends: string;
  utm: Record<(typeof UTM)[number], string>;
}

/** A plan as its form shows it; an empty one without a campaign. */
export function enteredOf(campaign: Campaign | null): Entered {
  const { budget_minor: budget, utm } = campaign ?? { budget_minor: null, utm: null };
  return {
    name: campaign?.name ?? "",
    source: campaign?.source ?? "",
    kind: campaign?.kind ?? "email",
    currency: campaign?.currency ?? "USD",
    budget: budget === null ? "" : written({ minor: budget }),
    goal: campaign?.goal ?? "",
    starts: campaign?.starts_on ?? "",
    ends: campaign?.ends_on ?? "",
    utm: Object.fromEntries(UTM.map((name) => [name, utm?.[name] ?? ""])) as Entered["utm"],
  };
}

/** What is sent of a form. */
export function planOf(entered: Entered): PlanCampaign {
  return {
    name: entered.name,
    source: entered.source,
    kind: entered.kind,
    currency: entered.currency.trim().toUpperCase(),
    budget_minor: minorOf(entered.budget),
    goal: entered.goal,
    starts_on: entered.starts || null,
    ends_on: entered.ends || null,
    utm: entered.utm,
  };
}

/** `2 leads`. */
export const leadsInWords = (count: number): string =>
  count === 1 ? "1 lead" : `${count.toLocaleString("en-US")} leads`;

export const LEAST_COMPARED = 2;
export const MOST_COMPARED = 5;
