import { type Deed, DEEDS, type Span, SPANS } from "./audit";
import { isService, type ServiceName } from "./services";

/** The parts of the page, in their order. */
export const VIEWS = {
  overview: "Overview",
  "dead-letters": "Dead letters",
  jobs: "Jobs",
  "read-models": "Read models",
  audit: "Audit",
} as const;

export type View = keyof typeof VIEWS;

/** Where a job may stand. */
export const JOB_STATES = {
  queued: "Waiting",
  scheduled: "Scheduled",
  retrying: "Put off",
  running: "Running",
  failed: "Failed",
  cancelled: "Cancelled",
} as const;

export type JobState = keyof typeof JOB_STATES;

/** What is looked at; the page's address says it, so that it can be kept and sent. */
export interface OperationsSearch {
  view?: View;
  service?: ServiceName;
  consumer?: string;
  discarded?: true;
  state?: JobState;
  kind?: string;
  /** Of the audit trail: what kind of thing was done, by which user or on whose behalf, to which record or person, as which
   * event or look, how lately. */
  did?: Deed;
  who?: string;
  behalf?: string;
  subject?: string;
  type?: string;
  span?: Span;
  /** Which line is open: a dead letter's or a job's key. */
  open?: string;
}

/** The view in an address; what is not one of ours is left out. */
export function readOperationsSearch(raw: Record<string, unknown>): OperationsSearch {
  const found: OperationsSearch = {
    view: oneOf(VIEWS, raw.view) ? raw.view : undefined,
    service: isService(raw.service) ? raw.service : undefined,
    consumer: text(raw.consumer),
    discarded: raw.discarded === true ? true : undefined,
    state: oneOf(JOB_STATES, raw.state) ? raw.state : undefined,
    kind: text(raw.kind),
    did: oneOf(DEEDS, raw.did) ? raw.did : undefined,
    who: text(raw.who),
    behalf: text(raw.behalf),
    subject: text(raw.subject),
    type: text(raw.type),
    span: typeof raw.span === "number" && Object.hasOwn(SPANS, raw.span) ? (raw.span as Span) : undefined,
    open: text(raw.open),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function oneOf<T extends object>(known: T, value: unknown): value is keyof T {
  return typeof value === "string" && Object.hasOwn(known, value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, 300) : undefined;
}
