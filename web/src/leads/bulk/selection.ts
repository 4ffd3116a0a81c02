import { useCallback, useMemo, useState } from "react";
import type { Chosen } from "../../ui/Grid";

/** Which rows of a list are chosen: these, or all that the list's filters match. */
export type Selection = { all: false; ids: ReadonlySet<string> } | { all: true };

export const NOTHING: Selection = { all: false, ids: new Set() };

/** These rows are chosen, or are not. Of all that match, what is taken away leaves those that are `shown`. */
export function withRows(
  selection: Selection,
  ids: readonly string[],
  on: boolean,
  shown: readonly string[],
): Selection {
  if (selection.all && on) return selection;
  const next = new Set(selection.all ? shown : selection.ids);
  for (const id of ids) {
    if (on) next.add(id);
    else next.delete(id);
  }
  return { all: false, ids: next };
}

/** Whether nothing is chosen, some of what is shown, or all of it. */
export function howMuch(selection: Selection, shown: readonly string[]): "none" | "some" | "all" {
  if (selection.all) return "all";
  if (selection.ids.size === 0) return "none";
  return shown.length > 0 && shown.every((id) => selection.ids.has(id)) ? "all" : "some";
}

/** The rows chosen of the list of this name; of another list nothing is chosen. */
export function useSelection(place: string, shown: readonly string[]) {
  const [kept, setKept] = useState<{ place: string; selection: Selection }>({ place, selection: NOTHING });
  const selection = kept.place === place ? kept.selection : NOTHING;
  const choose = useCallback((next: Selection) => setKept({ place, selection: next }), [place]);
  const chosen = useMemo<Chosen>(
    () => ({
      has: (id) => selection.all || selection.ids.has(id),
      set: (ids, on) => choose(withRows(selection, ids, on, shown)),
      shown: howMuch(selection, shown),
    }),
    [choose, selection, shown],
  );
  const clear = useCallback(() => choose(NOTHING), [choose]);
  const everything = useCallback(() => choose({ all: true }), [choose]);
  return { selection, chosen, clear, everything };
}
