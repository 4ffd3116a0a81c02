import type { Campaign } from "../api/schema";
import { costInWords } from "./words";

export type Measure = "leads" | "won" | "share" | "cost" | "lead" | "sale";

interface Drawn {
  title: string;
  /** Null where there is none. */
  of: (campaign: Campaign) => number | null;
  told: (campaign: Campaign) => string;
}

const count = (title: string, of: (campaign: Campaign) => number | null): Drawn => ({
  title,
  of,
  told: (campaign) => String(of(campaign) ?? "—"),
});

const money = (title: string, of: (campaign: Campaign) => number | null): Drawn => ({
  title,
  of,
  told: (campaign) => costInWords(of(campaign), campaign),
});

const share = ({ came }: Campaign): number | null =>
  came && came.all > 0 ? Math.round((1000 * came.won) / came.all) / 10 : null;

/** What campaigns are compared by in a drawing. */
export const MEASURES: Record<Measure, Drawn> = {
  leads: count("Leads", ({ came }) => came?.all ?? null),
  won: count("Won", ({ came }) => came?.won ?? null),
  share: {
    title: "Won of all leads",
    of: share,
    told: (campaign) => (share(campaign) === null ? "—" : `${share(campaign)} %`),
  },
  cost: money("Cost so far", ({ cost }) => (cost?.recorded ? cost.net_minor : null)),
  lead: money("Cost of a lead", ({ cost }) => cost?.per_lead_minor ?? null),
  sale: money("Cost of a sale", ({ cost }) => cost?.per_bind_minor ?? null),
};

/** Whether amounts can be drawn beside one another. */
export const areComparable = (campaigns: readonly Campaign[], measure: Measure): boolean =>
  !["cost", "lead", "sale"].includes(measure) || new Set(campaigns.map(({ currency }) => currency)).size <= 1;
