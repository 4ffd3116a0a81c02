import type { DeadLetter, RedrivenShape } from "../api/schema";
import type { ServiceName } from "./services";

/** A dead letter with the service whose consumer could not take it. */
export type Letter = DeadLetter & { service: ServiceName };

/** An aggregate that one consumer is held up at: the event it could not take, and those that wait behind it, in order. */
export interface HeldUp {
  /** Names it in an address. */
  key: string;
  head: Letter;
  behind: Letter[];
}

/** What a letter is called in an address. */
export function keyOf({ service, consumer, source, sequence }: Letter): string {
  return [service, consumer, source, sequence].join("/");
}

/** The letters by the aggregate that each belongs to, the longest held up first. */
export function heldUp(letters: readonly Letter[]): HeldUp[] {
  const byAggregate = new Map<string, Letter[]>();
  for (const letter of letters) {
    const { service, consumer, source, stream_id: stream } = letter;
    const aggregate = [service, consumer, source, stream].join("/");
    byAggregate.set(aggregate, [...(byAggregate.get(aggregate) ?? []), letter]);
  }
  return [...byAggregate.values()]
    .map((each) => {
      const [head, ...behind] = each.toSorted((one, other) => one.sequence - other.sequence);
      return { key: keyOf(head!), head: head!, behind };
    })
    .toSorted((one, other) => one.head.parked_at.localeCompare(other.head.parked_at));
}

/** Those that were put aside for good, each on its own, the latest first. */
export function latestDiscarded(letters: readonly Letter[]): HeldUp[] {
  return letters
    .toSorted((one, other) => (other.discarded_at ?? "").localeCompare(one.discarded_at ?? ""))
    .map((head) => ({ key: keyOf(head), head, behind: [] }));
}

/** Whether an event was ever tried, or only waits behind another of its aggregate. */
export function wasTried({ attempts }: Letter): boolean {
  return attempts > 0;
}

/** What became of an aggregate's events, in words. */
export function redrivenInWords({ applied, left, error }: RedrivenShape): {
  well: boolean;
  title: string;
  words: string;
} {
  const taken = applied === 1 ? "One event was taken" : `${applied} events were taken, in order`;
  if (error !== null) {
    const waits = left === 1 ? "It waits" : `It and ${left === 2 ? "one" : left - 1} behind it wait`;
    return {
      well: false,
      title: applied === 0 ? "It failed again" : `${taken}, then one failed again`,
      words: `${error.replace(/[.\s]+$/, "")}. ${waits} as before.`,
    };
  }
  if (left > 0)
    return { well: true, title: "", words: `${taken}; ${left} are left. Redrive again to go on.` };
  return { well: true, title: "", words: applied === 0 ? "Nothing was left to be taken" : taken };
}
