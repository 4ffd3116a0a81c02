import { IconCircleCheck } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { Children, type ReactNode, useCallback, useEffect, useRef } from "react";
import { BackToList, Entries, EntriesAwaited, EntryLink, leavePane, ShowMore } from "../ui/Split";
import { Empty, Failed } from "../ui/states";
import type { FromEach } from "./fromEach";
import type { OperationsSearch } from "./search";
import { Silence } from "./Silence";

const route = getRouteApi("/operations");

/** What is done with any list here: it is narrowed, and one goes back to it from what is open. */
export function useList(): { narrow: (next: Partial<OperationsSearch>) => void; leave: () => void } {
  const navigate = route.useNavigate();
  const narrow = useCallback(
    (next: Partial<OperationsSearch>) =>
      void navigate({ search: (now) => ({ ...now, open: undefined, ...next }) }),
    [navigate],
  );
  const leave = useCallback(() => leavePane(() => narrow({})), [narrow]);
  return { narrow, leave };
}

/** Does one of these by its name, as it is now: for commands, which stay while what they are for changes. */
export function useActions<K extends string>(actions: Record<K, () => void>): (action: K) => void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  return useCallback((action: K) => latest.current[action](), []);
}

interface ListFromEachProps {
  from: FromEach<unknown>;
  /** `dead letters`. */
  what: string;
  /** What is said where there is none. */
  nothing: ReactNode;
  /** An `Entry` each. */
  children: ReactNode;
}

/** A list that each service has a part of, as far as they answer. */
export function ListFromEach({ from, what, nothing, children }: ListFromEachProps) {
  const { open } = route.useSearch();
  const empty = Children.count(children) === 0;
  if (from.failure !== null) return <Failed error={from.failure} retry={from.ask} what="list" />;
  return (
    <>
      <Silence silent={from.silent} ask={from.ask} />
      {from.pending ? (
        <EntriesAwaited label={`Loading ${what}`} />
      ) : !empty ? (
        <Entries label={what} open={open}>
          {children}
        </Entries>
      ) : (
        nothing
      )}
      {from.unfinished.length > 0 && <ShowMore load={from.loadMore} loading={from.loadingMore} />}
    </>
  );
}

/** One line. */
export function Entry({ entry, children }: { entry: string; children: ReactNode }) {
  return (
    <EntryLink to="/operations" search={(now) => ({ ...now, open: entry })} entry={entry}>
      {children}
    </EntryLink>
  );
}

/** From what is open to its list. */
export function Back() {
  return (
    <BackToList
      to="/operations"
      search={(now) => ({ ...now, open: undefined })}
      aria-label="Back to the list"
    />
  );
}

/** What an address names is not in the list. */
export function Gone({ children }: { children: string }) {
  return (
    <>
      <Back />
      <Empty icon={<IconCircleCheck />} title="It is here no longer">
        {children}
      </Empty>
    </>
  );
}
