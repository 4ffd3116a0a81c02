import type { ConsumerState, Outbox } from "../api/schema";
import { duration } from "../ui/format";
import type { Silent } from "./fromEach";
import type { OperationsSearch } from "./search";
import { atLeast, type JobNumbers } from "./jobs";
import { type ServiceName, SERVICES, serviceTitle } from "./services";

/** Behind for longer than this is worth a word; what is quicker is the ordinary way of an event. */
export const LATE_SECONDS = 60;
const UNPUBLISHED_SECONDS = 30;

/** What one service told of itself; null is what it has not told. */
export interface Told {
  service: ServiceName;
  silent: Silent | null;
  consumers: readonly ConsumerState[] | null;
  outbox: Outbox | null;
  jobs: JobNumbers | null;
}

/** Whether all that is asked of a service was told, or it is known not to answer. Until then nothing can be said of it. */
export function isTold({ silent, consumers, outbox, jobs }: Told): boolean {
  return silent !== null || (consumers !== null && outbox !== null && jobs !== null);
}

/** Something that needs a hand, or at least an eye: what is the matter, what that means, and where to look. */
export interface Need {
  key: string;
  tone: "bad" | "warn";
  title: string;
  words: string;
  look?: OperationsSearch;
}

/** What needs a hand over all the services: first what stands still, then what is late. */
export function needsOf(told: readonly Told[]): Need[] {
  return told.flatMap(needsOfOne).toSorted((one, other) => one.tone.localeCompare(other.tone));
}

function needsOfOne({ service, silent, consumers, outbox, jobs }: Told): Need[] {
  const name = SERVICES[service];
  const needs: Need[] = [];
  if (silent) {
    needs.push({
      key: `${service} silent`,
      tone: "bad",
      title: `${name} does not answer`,
      words:
        "Nothing is lost: what it has to do waits for it. See whether it runs, and whether its database does.",
    });
  }
  for (const each of consumers ?? []) needs.push(...needsOfConsumer(service, each));
  if (outbox) needs.push(...needsOfOutbox(service, outbox));
  if (jobs && jobs.failed > 0) {
    needs.push({
      key: `${service} jobs`,
      tone: "bad",
      title: `${jobs.failed === 1 ? "A job" : `${atLeast(jobs.failed, jobs.moreFailed)} jobs`} of ${name} failed`,
      words: "All tries are used up. Retry once the cause is mended, or cancel.",
      look: { view: "jobs", service, state: "failed" },
    });
  }
  return needs;
}

function needsOfConsumer(service: ServiceName, state: ConsumerState): Need[] {
  const {
    consumer,
    source,
    parked,
    held_up: heldUp,
    fault,
    lag_events: events,
    lag_seconds: seconds,
  } = state;
  const key = `${service} ${consumer} ${source}`;
  const needs: Need[] = [];
  if (parked > 0) {
    needs.push({
      key: `${key} parked`,
      tone: "bad",
      title: `${parked === 1 ? "An event" : `${count(parked)} events`} of ${serviceTitle(source)} ${parked === 1 ? "is" : "are"} held up at ${consumer}`,
      words:
        "It could not take one; those of the same aggregate wait behind it, all else flows on. Mend the cause and redrive, or discard.",
      look: { view: "dead-letters", service, consumer },
    });
  }
  const stands = fault ?? heldUp;
  if (stands !== null) {
    needs.push({
      key: `${key} stands`,
      tone: "bad",
      title: `${consumer} does not get on with the events of ${serviceTitle(source)}`,
      words: sentence(stands),
    });
  } else if (events !== null && seconds !== null && events > 0 && seconds > LATE_SECONDS) {
    needs.push({
      key: `${key} late`,
      tone: "warn",
      title: `${consumer} is ${duration(seconds)} behind ${serviceTitle(source)}`,
      words: `${events === 1 ? "One event waits" : `${count(events)} events wait`} to be taken. It is at work; if the number does not fall, look at its log.`,
    });
  }
  return needs;
}

function needsOfOutbox(service: ServiceName, outbox: Outbox): Need[] {
  const { waiting, oldest_seconds: seconds, fault } = outbox;
  const late = waiting > 0 && seconds > UNPUBLISHED_SECONDS;
  if (fault === null && !late) return [];
  return [
    {
      key: `${service} outbox`,
      tone: fault === null ? "warn" : "bad",
      title: late
        ? `${SERVICES[service]} has not published ${waiting === 1 ? "an event" : `${count(waiting)} events`} for ${duration(seconds)}`
        : `${SERVICES[service]} cannot publish`,
      words: `${fault === null ? "The broker may be away." : sentence(fault)} Nothing is lost: they go out, in order, as soon as they can.`,
    },
  ];
}

const count = (number: number): string => number.toLocaleString("en-US");

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
