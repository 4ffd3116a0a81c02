import type { LineOfBusiness, Stage } from "../api/schema";
import { type Filter, readFilter } from "./lists/filter";
import { linesOfBusiness } from "./lines";
import { STAGES } from "./stage";

const LINES = ["default", ...linesOfBusiness] as const;

/** The orders a list of leads can be in; `-` is the latest, or last, first. */
export const SORTS = {
  "-captured_at": "Newest first",
  captured_at: "Oldest first",
  last_contacted_at: "Longest without contact",
  "-last_contacted_at": "Latest contact",
  name: "Name, A to Z",
  "-name": "Name, Z to A",
  x_date: "Next X-date",
  "-x_date": "Last X-date",
  "-score": "Highest score",
  score: "Lowest score",
  comes_back_on: "Comes back next",
  "-comes_back_on": "Comes back last",
  next_task_on: "Next task first",
  "-next_task_on": "Next task last",
} as const;

/** One of these, or the order of a field of the agency's own. */
export type Sort = keyof typeof SORTS | `fields.${string}` | `-fields.${string}`;

/** What a list of leads is narrowed to; the page's address says it, so that it can be kept and sent. */
export interface LeadSearch {
  q?: string;
  stage?: Stage[];
  /** The pipeline that they go through: a line of business, or `default`. */
  pipeline?: "default" | LineOfBusiness;
  /** Those that are in their stage for longer than it allows. */
  rotting?: boolean;
  /** Those that are left alone until a day, and no others. */
  recycled?: boolean;
  campaign?: string[];
  /** User ids; `none` is the pool. */
  owner?: string[];
  /** Days without contact, at least. */
  idle?: number;
  /** Conditions besides. */
  filter?: Filter;
  /** The view that is shown, whether it was changed or not. */
  list?: string;
  /** The columns besides the name, where they are not the usual ones. */
  cols?: string[];
  sort?: Sort;
  /** Shown as a board, a column for each stage. */
  as?: "board";
  /** The lead that is being entered. */
  adding?: boolean;
  /** The lead that is shown beside the list. */
  peek?: string;
}

/** The filters in an address; what is not one of ours is left out. */
export function readLeadSearch(raw: Record<string, unknown>): LeadSearch {
  const stage = list(raw.stage).filter((each): each is Stage => STAGES.includes(each as Stage));
  const idle = Number(raw.idle);
  const sort = typeof raw.sort === "string" && isSort(raw.sort) ? raw.sort : undefined;
  const found: LeadSearch = {
    q: raw.q === undefined || raw.q === null || raw.q === "" ? undefined : String(raw.q).slice(0, 200),
    stage: some(stage),
    pipeline: LINES.find((line) => line === raw.pipeline),
    rotting: raw.rotting === true ? true : undefined,
    recycled: raw.recycled === true ? true : undefined,
    campaign: some(list(raw.campaign).filter(isId)),
    owner: some(list(raw.owner).filter((each) => each === "none" || isId(each))),
    idle: Number.isInteger(idle) && idle > 0 && idle <= 3650 ? idle : undefined,
    filter: readFilter(raw.filter),
    list: typeof raw.list === "string" && isId(raw.list) ? raw.list : undefined,
    cols: some(list(raw.cols).filter((each) => /^[a-z][a-z0-9_.]{0,80}$/.test(each))),
    sort: sort === "-captured_at" ? undefined : sort,
    as: raw.as === "board" ? "board" : undefined,
    adding: raw.adding === true ? true : undefined,
    peek: typeof raw.peek === "string" && isId(raw.peek) ? raw.peek : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** Whether anything is narrowed. */
export function isNarrowed({
  q,
  stage,
  pipeline,
  rotting,
  recycled,
  campaign,
  owner,
  idle,
  filter,
}: LeadSearch): boolean {
  return [q, stage, pipeline, rotting, recycled, campaign, owner, idle, filter].some(
    (each) => each !== undefined,
  );
}

const isSort = (text: string): text is Sort =>
  Object.hasOwn(SORTS, text) || /^-?fields\.[a-z][a-z0-9_]{0,49}$/.test(text);

const list = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === "string");

const some = <T>(values: T[]): T[] | undefined => (values.length > 0 ? [...new Set(values)] : undefined);

const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
