import { useSyncExternalStore } from "react";

/** Somebody is asked to confirm that it is they; `answer` says whether they did. */
export interface Asked {
  answer: (confirmed: boolean) => void;
}

let asked: (Asked & { answered: Promise<boolean> }) | null = null;
const listeners = new Set<() => void>();

function become(next: typeof asked): void {
  asked = next;
  for (const listener of listeners) listener();
}

/** Asks whoever is signed in; whether they confirmed. One question, however many requests need it. */
export function askToConfirm(): Promise<boolean> {
  if (asked === null) {
    const { promise: answered, resolve } = withResolvers();
    const answer = (confirmed: boolean) => {
      become(null);
      resolve(confirmed);
    };
    become({ answered, answer });
  }
  return asked!.answered;
}

function withResolvers() {
  let resolve!: (confirmed: boolean) => void;
  const promise = new Promise<boolean>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** The question that is open, followed; null where there is none. */
export function useAsked(): Asked | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asked,
  );
}
