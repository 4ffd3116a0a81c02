import { useCallback, useMemo, useState } from "react";
import type { Insight, TimelineEntry } from "../api/schema";

/** Where something was said: a stretch of one text of a call or a message. An insight is one. */
export type Source = Pick<Insight, "id" | "source_kind" | "source_id" | "source_field" | "start" | "end"> & {
  /** The words that stand there. */
  quote: string;
  /** What was said, in a word or two. */
  label: string;
};

/** The kinds of entries that can be looked at alone. */
export const FILTERS = { all: "All", calls: "Calls", emails: "Emails", changes: "Changes" } as const;
export type Filter = keyof typeof FILTERS;

/** Whether a filter shows an entry. */
export function shows(filter: Filter, kind: TimelineEntry["kind"]): boolean {
  if (filter === "all") return true;
  if (kind === "call") return filter === "calls";
  if (kind === "message") return filter === "emails";
  return filter === "changes";
}

/** The parts of a record that stand side by side where there is room, and behind tabs where there is not. */
export type Part = "timeline" | "insights" | "facts";

/** How a record is looked at: which part of it, which entries, and which source is open in the timeline. */
export interface RecordView {
  part: Part;
  show: (part: Part) => void;
  filter: Filter;
  setFilter: (filter: Filter) => void;
  source: Source | null;
  /** Opens a source in the timeline; the same once more closes it. */
  toggle: (source: Source) => void;
  /** Closes the source; the focus goes back to what opened it. */
  close: () => void;
}

export function useRecordView(): RecordView {
  const [part, show] = useState<Part>("timeline");
  const [filter, setFilter] = useState<Filter>("all");
  const [source, setSource] = useState<Source | null>(null);
  const close = useCallback(() => {
    if (source === null) return;
    setSource(null);
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`[data-opens="${source.id}"]`)?.focus({ preventScroll: true }),
    );
  }, [source]);
  const toggle = useCallback(
    (next: Source) => {
      if (source?.id === next.id) return close();
      setSource(next);
      setFilter((now) => (shows(now, next.source_kind) ? now : "all"));
      show("timeline");
    },
    [close, source],
  );
  return useMemo(
    () => ({ part, show, filter, setFilter, source, toggle, close }),
    [part, filter, source, toggle, close],
  );
}
