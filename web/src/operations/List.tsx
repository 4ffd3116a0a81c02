import { Button } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { Children, type ReactNode, useCallback, useEffect, useRef } from "react";
import { Empty, Failed, Lines } from "../ui/states";
import type { FromEach } from "./fromEach";
import styles from "./Operations.module.css";
import type { OperationsSearch } from "./search";
import { Silence } from "./Silence";
import { BackToList, Entries, moveAmongEntries } from "./Split";

const route = getRouteApi("/operations");

/** What is done with any list here: it is narrowed, and one goes back to it from what is open. */
export function useList(): { narrow: (next: Partial<OperationsSearch>) => void; leave: () => void } {
  const navigate = route.useNavigate();
  const narrow = useCallback(
    (next: Partial<OperationsSearch>) =>
      void navigate({ search: (now) => ({ ...now, open: undefined, ...next }) }),
    [navigate],
  );
  const leave = useCallback(() => {
    moveAmongEntries(0);
    if (matchMedia("(max-width: 900px)").matches) narrow({});
  }, [narrow]);
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
  /** An `EntryLink` each. */
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
        <div className={styles.notice}>
          <Lines count={8} label={`Loading ${what}`} />
        </div>
      ) : !empty ? (
        <Entries label={what} open={open}>
          {children}
        </Entries>
      ) : (
        nothing
      )}
      {from.unfinished.length > 0 && (
        <Button variant="subtle" className={styles.more} loading={from.loadingMore} onClick={from.loadMore}>
          Show more
        </Button>
      )}
    </>
  );
}

/** What an address names is not in the list. */
export function Gone({ children }: { children: string }) {
  return (
    <>
      <BackToList />
      <Empty icon={<IconCircleCheck />} title="It is here no longer">
        {children}
      </Empty>
    </>
  );
}
