import { useEffect, useSyncExternalStore } from "react";

/**
 * Something a person can do here. One list feeds the palette, the shortcuts and the sheet of keys, so that they agree.
 *
 * `keys`: one or two strokes, `"c"`, `"g l"`, `"mod+k"`; `mod` is Ctrl, on a Mac Cmd. Plain letters are ignored while
 * somebody types.
 */
export interface Command {
  id: string;
  title: string;
  /** The heading it stands under: `Go to`, `Lead`, … */
  group: string;
  keys?: string;
  /** Other words that people may look for. */
  keywords?: string;
  /** Not now, but it is worth knowing of. */
  disabled?: boolean;
  run: () => void;
}

const sets = new Map<symbol, readonly Command[]>();
const listeners = new Set<() => void>();
let all: readonly Command[] = [];

function changed(): void {
  // What was registered last comes first: the page before the shell.
  all = [...sets.values()].toReversed().flat();
  for (const listener of listeners) listener();
}

/** Offers commands for as long as the part that calls this is shown. Give a stable list (useMemo). */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => {
    const key = Symbol("commands");
    sets.set(key, commands);
    changed();
    return () => {
      sets.delete(key);
      changed();
    };
  }, [commands]);
}

/** What can be done now. */
export function useAllCommands(): readonly Command[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all,
  );
}

/** What can be done now, for those who do not follow it. */
export function allCommands(): readonly Command[] {
  return all;
}
