import { Loader } from "@mantine/core";
import {
  IconArrowsExchange,
  IconChecks,
  IconHistory,
  IconMail,
  IconPencil,
  IconPhoneIncoming,
  IconPhoneOutgoing,
  IconPlant2,
  IconRosetteDiscountCheck,
  IconStairsUp,
} from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import type { TimelineEntry } from "../api/schema";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { useNow } from "../ui/When";
import { useZone } from "../ui/zone";
import { CallEntry } from "./CallEntry";
import { ChangeEntry } from "./ChangeEntry";
import { byDay, dayTitle } from "./days";
import { MessageEntry } from "./MessageEntry";
import { callById, hasNotArrived, messageById, timelineOf, type Whose } from "./queries";
import styles from "./Timeline.module.css";
import { type Filter, FILTERS, type RecordView, shows, type Source } from "./view";

/** How many pages are turned to find a source before it is asked for by itself. */
const SEEK_PAGES = 20;

interface TimelineProps {
  whose: Whose;
  /** What the person is called. */
  person: string;
  view: RecordView;
  /** What else is said of a change, in words. */
  said?: (entry: TimelineEntry) => string | null;
}

/** All that happened with a person, the latest first. A source that is opened is found, unfolded and marked in it. */
export function Timeline({ whose, person, view, said }: TimelineProps) {
  const { filter, setFilter, source, close } = view;
  const zone = useZone();
  const now = useNow();
  const timeline = useInfiniteQuery(timelineOf(whose));
  const entries = useMemo(() => timeline.data?.pages.flatMap(({ items }) => items) ?? [], [timeline.data]);
  const shown = useMemo(() => entries.filter(({ kind }) => shows(filter, kind)), [entries, filter]);
  const days = useMemo(() => byDay(shown, zone), [shown, zone]);
  const list = useRef<HTMLDivElement>(null);

  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = timeline;
  const isThere = source === null || entries.some(({ id }) => id === source.source_id);
  const mayTurn = hasNextPage && !isFetchNextPageError && (timeline.data?.pages.length ?? 0) < SEEK_PAGES;
  const seeking = !isThere && (mayTurn || timeline.isPending);
  useEffect(() => {
    if (seeking && mayTurn && !isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching, mayTurn, seeking]);
  const apart = useApart(isThere || seeking ? null : source);
  const isShown = source !== null && (isThere || apart.entry !== null);

  useEffect(() => {
    if (!source || !isShown) return;
    const place = list.current?.querySelector<HTMLElement>(`[data-entry="${source.source_id}"] [data-quote]`);
    place?.scrollIntoView({ block: "center" });
    place?.focus({ preventScroll: true });
  }, [isShown, source]);
  useEscape(source ? close : null);

  const entryOf = (entry: TimelineEntry) => (
    <Entry
      key={entry.id}
      entry={entry}
      person={person}
      source={source}
      ofClient={"client_id" in whose}
      said={said?.(entry)}
    />
  );
  return (
    <div className={styles.timeline} ref={list}>
      <div className={styles.head}>
        <Filters filter={filter} choose={setFilter} />
      </div>
      {timeline.isError && entries.length > 0 && !isFetchNextPageError && (
        <Stale error={timeline.error} retry={() => void timeline.refetch()} />
      )}
      <output className="visually-hidden">
        {source && isShown ? `Showing where it was said: ${source.label}` : ""}
      </output>
      {source && !isShown && (
        <p className={styles.seeking} role="status">
          {apart.missing ? (
            "What this was drawn from can no longer be shown."
          ) : (
            <>
              <Loader size={14} /> Looking for where this was said…
            </>
          )}
        </p>
      )}
      {apart.entry && <ol className={styles.entries}>{entryOf(apart.entry)}</ol>}
      {timeline.isPending ? (
        <Lines count={8} label="Loading the timeline" />
      ) : timeline.isError && entries.length === 0 ? (
        hasNotArrived(timeline.error) ? (
          <Empty icon={<IconPlant2 />} title="Nothing has arrived yet">
            What happens from now on appears here as it happens.
          </Empty>
        ) : (
          <Failed error={timeline.error} retry={() => void timeline.refetch()} what="timeline" />
        )
      ) : (
        days.map(({ date, entries: ofDay }) => (
          <section key={date} className={styles.day}>
            <h3>{dayTitle(date, zone, now)}</h3>
            <ol className={styles.entries}>{ofDay.map(entryOf)}</ol>
          </section>
        ))
      )}
      {timeline.isSuccess && shown.length === 0 && !hasNextPage && <Nothing filter={filter} />}
      <More
        // Looked at anew after each page: what it brought may be shown by no filter.
        key={timeline.data?.pages.length ?? 0}
        more={hasNextPage && !isFetchNextPageError}
        load={() => void fetchNextPage()}
        busy={timeline.isFetchingNextPage}
      />
      {isFetchNextPageError && <Stale error={timeline.error} retry={() => void fetchNextPage()} />}
      {source && isShown && (
        <div className={styles.said}>
          <span>Said here: {source.label}</span>
          <button type="button" onClick={close}>
            Clear <kbd>Esc</kbd>
          </button>
        </div>
      )}
    </div>
  );
}

function Nothing({ filter }: { filter: Filter }) {
  const what = {
    all: "Nothing yet",
    calls: "No calls yet",
    emails: "No emails yet",
    changes: "No changes yet",
  };
  return (
    <Empty icon={<IconHistory />} title={what[filter]}>
      {filter === "all" || filter === "calls"
        ? "Calls that you log appear here, with what was said in them."
        : "They appear here as they happen."}
    </Empty>
  );
}

function Filters({ filter, choose }: { filter: Filter; choose: (filter: Filter) => void }) {
  return (
    <div className={styles.filters} role="group" aria-label="Show in the timeline">
      {Object.entries(FILTERS).map(([value, title]) => (
        <button
          key={value}
          type="button"
          aria-pressed={filter === value}
          onClick={() => choose(value as Filter)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}

const ICONS: Record<Exclude<TimelineEntry["kind"], "call">, ReactNode> = {
  captured: <IconPlant2 />,
  details_changed: <IconPencil />,
  assigned: <IconArrowsExchange />,
  stage_changed: <IconStairsUp />,
  converted: <IconRosetteDiscountCheck />,
  onboarded: <IconRosetteDiscountCheck />,
  message: <IconMail />,
  task: <IconChecks />,
};

interface EntryProps {
  entry: TimelineEntry;
  person: string;
  source: Source | null;
  ofClient: boolean;
  said: string | null | undefined;
}

function Entry({ entry, person, source, ofClient, said }: EntryProps) {
  const { kind, call, message } = entry;
  const own = source?.source_id === entry.id ? source : null;
  return (
    <li className={styles.entry} data-entry={entry.id} data-kind={kind}>
      <span className={styles.icon} aria-hidden="true">
        {kind === "call" ? (
          call?.direction === "inbound" ? (
            <IconPhoneIncoming />
          ) : (
            <IconPhoneOutgoing />
          )
        ) : (
          ICONS[kind]
        )}
      </span>
      {call ? (
        <CallEntry call={call} person={person} source={own} />
      ) : message ? (
        <MessageEntry message={message} source={own} />
      ) : (
        <ChangeEntry entry={entry} ofClient={ofClient} said={said} />
      )}
    </li>
  );
}

/** Loads the next page when one comes near the end of this one. */
function More({ more, load, busy }: { more: boolean; load: () => void; busy: boolean }) {
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(load);
  useEffect(() => {
    latest.current = load;
  });
  useEffect(() => {
    if (!more || !end.current) return;
    const watcher = new IntersectionObserver(
      ([seen]) => {
        if (seen?.isIntersecting) latest.current();
      },
      { rootMargin: "600px" },
    );
    watcher.observe(end.current);
    return () => watcher.disconnect();
  }, [more]);
  return (
    <div ref={end} className={styles.more} role="status">
      {busy && (
        <>
          <Loader size={14} /> Loading more
        </>
      )}
    </div>
  );
}

/** A source that lies too far back in the timeline, asked for by itself. */
function useApart(source: Source | null): { entry: TimelineEntry | null; missing: boolean } {
  const id = source?.source_id ?? "";
  const isCall = source?.source_kind === "call";
  const call = useQuery({ ...callById(id), enabled: source !== null && isCall });
  const message = useQuery({ ...messageById(id), enabled: source !== null && !isCall });
  const found = isCall ? call.data : message.data;
  if (!source || !found)
    return { entry: null, missing: source !== null && (call.isError || message.isError) };
  const entry: TimelineEntry = {
    id,
    kind: source.source_kind,
    occurred_at: "started_at" in found ? found.started_at : found.received_at,
    actor: { kind: "system", id: "", name: null },
    title: source.label,
    person_id: found.person_id ?? "",
    lead_id: found.lead_id,
    client_id: found.client_id,
    detail: { changes: [] },
    call: "started_at" in found ? found : null,
    message: "received_at" in found ? found : null,
  };
  return { entry, missing: false };
}

/** Escape does it, wherever the focus is; a dialog has the key for itself. */
function useEscape(run: (() => void) | null): void {
  useEffect(() => {
    if (!run) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"]')) return;
      event.preventDefault();
      run();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [run]);
}
