import type { JobShape } from "../api/schema";
import type { Tone } from "../ui/Chip";
import { words } from "../ui/format";
import { JOB_STATES, type JobState } from "./search";
import type { ServiceName } from "./services";

/** A job with the service that does it. */
export type Job = JobShape & { service: ServiceName };

/** How many jobs there are, by where they stand; `more…`: at least so many. */
export interface JobNumbers {
  waiting: number;
  moreWaiting: boolean;
  running: number;
  failed: number;
  moreFailed: boolean;
}

/** A number of which only a part was counted: `200 or more`. */
export function atLeast(number: number, more: boolean): string {
  return number.toLocaleString("en-US") + (more ? " or more" : "");
}

/** In which order they are worth a look. */
const RANK: readonly JobState[] = ["failed", "retrying", "running", "queued", "scheduled", "cancelled"];

export const JOB_TONES: Record<JobState, Tone> = {
  failed: "bad",
  retrying: "warn",
  running: "info",
  queued: "plain",
  scheduled: "violet",
  cancelled: "plain",
};

/** Jobs as they are worth a look: what failed first; what is to be begun, the soonest first. */
export function inOrder(jobs: readonly Job[]): Job[] {
  const at = ({ due_at: due, ended_at: ended, created_at: created }: Job) => due ?? ended ?? created;
  return jobs.toSorted(
    (one, other) =>
      RANK.indexOf(one.state) - RANK.indexOf(other.state) ||
      (one.due_at === null ? at(other).localeCompare(at(one)) : at(one).localeCompare(at(other))),
  );
}

/** What a job is called in an address. */
export function jobKey({ service, id }: Job): string {
  return `${service}/${id}`;
}

/** What a kind of job is: `comms.send-email` is `Send email`. */
export function kindTitle(kind: string): string {
  return words(kind.slice(kind.indexOf(".") + 1).replaceAll("-", "_"));
}

/** What may be done about a job: the words of it, null for what may not. */
export function actionsOn({ state, stop_asked: stopAsked }: Pick<Job, "state" | "stop_asked">): {
  retry: string | null;
  cancel: string | null;
} {
  return {
    retry:
      state === "failed" || state === "cancelled"
        ? "Retry"
        : state === "scheduled" || state === "retrying"
          ? "Do it now"
          : null,
    cancel: state === "cancelled" || stopAsked ? null : state === "running" ? "Stop" : "Cancel",
  };
}

/** Where a job stands, in a word. */
export function stateTitle({ state, stop_asked: stopAsked }: Pick<Job, "state" | "stop_asked">): string {
  return stopAsked ? "Stopping" : JOB_STATES[state];
}
