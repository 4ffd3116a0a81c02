import type { Versioned } from "./client";
import { ApiProblem } from "./problem";

/** How one record is asked for and changed. */
export interface Editable<T> {
  /** What is known of it, if it is. */
  known: () => Versioned<T> | undefined;
  /** Asks for it as it is now. Throws ApiProblem. */
  fetch: () => Promise<Versioned<T>>;
  /** Changes it, if it still is at the version. Throws ApiProblem. */
  send: (changes: Partial<T>, etag: string | null) => Promise<Versioned<T>>;
}

/** Somebody else changed the same meanwhile; `theirs` is what they made of it. Which one stands is for a person to say. */
export class Overlap<T> extends Error {
  readonly theirs: T;

  constructor(theirs: T) {
    super("Somebody else changed this meanwhile.");
    this.name = "Overlap";
    this.theirs = theirs;
  }
}

/**
 * Changes a record that others may change as well. `before` is what the changed fields were when the person began. What
 * others did to other fields meanwhile is kept: the change is made on top of it, tried twice. Throws Overlap where they
 * changed the same to something else, and ApiProblem.
 */
export async function change<T extends object>(
  record: Editable<T>,
  changes: Partial<T>,
  before: Partial<T>,
): Promise<Versioned<T>> {
  const fields = Object.keys(changes) as (keyof T)[];
  const standsAgainst = (now: T) =>
    fields.some((field) => !same(now[field], before[field]) && !same(now[field], changes[field]));
  let now = record.known() ?? (await record.fetch());
  if (standsAgainst(now.data)) throw new Overlap(now.data);
  try {
    return await record.send(changes, now.etag);
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 412)) throw error;
  }
  now = await record.fetch();
  if (standsAgainst(now.data)) throw new Overlap(now.data);
  return await record.send(changes, now.etag);
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
