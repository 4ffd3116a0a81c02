import { MOST_COMPARED, type Status, STATUSES, type Step, STEPS } from "./words";

export type CampaignView = "overview" | "leads" | "costs" | "results";

/** The parts of a campaign's page, as the address has them. */
export const VIEWS: Record<CampaignView, string> = {
  overview: "Overview",
  leads: "Leads",
  costs: "Costs",
  results: "Results",
};

export interface CampaignSearch {
  part?: Exclude<CampaignView, "overview">;
  /** Leads that were put into it, instead of those that came from it. */
  way?: "enrolled";
  step?: Exclude<Step, "all">;
  /** A stage, and whose pipeline it is of: those who stand there, or ever `reached` it. */
  stage?: string;
  line?: string;
  reached?: true;
  q?: string;
}

/** Whatever else the address says, it means the overview, and all leads that came. */
export function readCampaignSearch(search: Record<string, unknown>): CampaignSearch {
  const { part, way, step, stage, line, reached, q } = search;
  const placed = isKey(stage) && isKey(line);
  return {
    ...(isOne(VIEWS, part) && part !== "overview" ? { part } : {}),
    ...(way === "enrolled" ? { way } : {}),
    ...(isOne(STEPS, step) && step !== "all" ? { step } : {}),
    ...(placed ? { stage, line, ...(reached === true ? { reached } : {}) } : {}),
    ...(q === undefined || q === null || q === "" ? {} : { q: String(q).slice(0, 200) }),
  };
}

/** Which campaigns are listed, and whether one is being planned. */
export interface CampaignListSearch {
  status?: Status;
  planning?: true;
}

export function readCampaignListSearch(search: Record<string, unknown>): CampaignListSearch {
  return {
    ...(isOne(STATUSES, search.status) ? { status: search.status } : {}),
    ...(search.planning === true ? { planning: true } : {}),
  };
}

/** Those that stand side by side, each once. */
export function readComparedSearch(search: Record<string, unknown>): { id: string[] } {
  const ids = (Array.isArray(search.id) ? search.id : [search.id]).filter(
    (each): each is string =>
      typeof each === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(each),
  );
  return { id: [...new Set(ids)].slice(0, MOST_COMPARED) };
}

const isKey = (word: unknown): word is string =>
  typeof word === "string" && /^[a-z][a-z0-9_]{0,49}$/.test(word);

const isOne = <T extends object>(all: T, word: unknown): word is keyof T & string =>
  typeof word === "string" && Object.hasOwn(all, word);
