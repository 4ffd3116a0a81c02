import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconLayoutKanban, IconList, IconPlant2, IconUserPlus } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useCommands } from "../commands/registry";
import { useMayWrite } from "../session/session";
import { Page } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { AddLead } from "./AddLead";
import { BulkBar } from "./bulk/BulkBar";
import { Progress } from "./bulk/Progress";
import { useSelection } from "./bulk/selection";
import { DuplicatesLink } from "./duplicates/DuplicatesLink";
import { Filters } from "./Filters";
import { isNarrowed, type LeadSearch } from "./filters";
import { LeadGrid } from "./LeadGrid";
import styles from "./LeadList.module.css";
import { LeadMenu } from "./LeadMenu";
import { lookAt, placeOf } from "./place";
import { Placed } from "./pipelines/Placed";
import { leadList } from "./queries";
import { RecycledLink } from "./recycling/RecycledLink";

const route = getRouteApi("/leads");

// The board, and a lead beside the list, come once somebody opens them.
const Board = lazy(() => import("./board/Board").then((room) => ({ default: room.Board })));
const LeadPeek = lazy(() => import("./LeadPeek").then((room) => ({ default: room.LeadPeek })));

/** Every lead in one's scope, narrowed and sorted as the address says. */
export function LeadListPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMayWrite();
  const searchBox = useRef<HTMLInputElement>(null);
  const board = search.as === "board";
  const leads = useInfiniteQuery({ ...leadList(search), enabled: !board });
  useEffect(() => lookAt(search), [search]);
  const items = useMemo(() => leads.data?.pages.flatMap((page) => page.items) ?? [], [leads.data]);

  const place = placeOf(search);
  const ids = useMemo(() => items.map(({ id }) => id), [items]);
  const { selection, chosen, clear: chooseNone, everything } = useSelection(place, ids);
  const [atWork, setAtWork] = useState<string | null>(null);
  const room = useMediaQuery("(min-width: 901px)", true, { getInitialValueInEffect: false });
  const peek = useCallback(
    (id: string | undefined) => void navigate({ search: (now) => ({ ...now, peek: id }), replace: true }),
    [navigate],
  );
  const beside = room ? search.peek : undefined;
  const closePeek = useCallback(() => {
    peek(undefined);
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[role="row"][tabindex="0"]')?.focus());
  }, [peek]);
  const isOpen = beside !== undefined;
  const someChosen = chosen.shown !== "none";

  const narrow = useCallback(
    (next: Partial<LeadSearch>) =>
      void navigate({ search: (now) => ({ ...now, ...next }), replace: "q" in next || "adding" in next }),
    [navigate],
  );
  const clear = useCallback(
    () => void navigate({ search: ({ sort, cols, as }) => ({ sort, cols, as }) }),
    [navigate],
  );
  const show = useCallback(
    (list: LeadSearch) => void navigate({ search: ({ as }) => ({ ...list, as }) }),
    [navigate],
  );
  const [filtering, setFiltering] = useState(false);
  const add = useCallback(() => narrow({ adding: true }), [narrow]);
  const toBoard = useCallback(() => {
    chooseNone();
    narrow({ as: board ? undefined : "board", peek: undefined });
  }, [board, chooseNone, narrow]);

  useCommands(
    useMemo(
      () => [
        {
          id: "lead search",
          title: "Search in this list",
          group: "Leads",
          keys: "/",
          run: () => searchBox.current?.focus(),
        },
        {
          id: "lead add",
          title: "Add a lead",
          group: "Leads",
          keys: "c",
          keywords: "new create",
          disabled: !mayWrite,
          run: add,
        },
        {
          id: "lead idle",
          title: "Not contacted for 7 days",
          group: "Leads",
          keys: "i",
          run: () => narrow({ idle: 7 }),
        },
        {
          id: "lead overdue",
          title: "Longer in a stage than allowed",
          group: "Leads",
          keys: "d",
          keywords: "overdue rotting stuck",
          run: () => narrow({ rotting: true }),
        },
        {
          id: "lead filter",
          title: "Filter leads…",
          group: "Leads",
          keys: "f",
          run: () => setFiltering(true),
        },
        {
          id: "lead board",
          title: board ? "Show as a list" : "Show as a board",
          group: "Leads",
          keys: "b",
          keywords: "pipeline stages kanban",
          run: toBoard,
        },
        { id: "lead clear", title: "Clear all filters", group: "Leads", keys: "shift+x", run: clear },
        ...(isOpen || someChosen
          ? [
              {
                id: "lead escape",
                title: isOpen ? "Close the lead beside" : "Choose none",
                group: "Leads",
                keys: "Escape",
                run: isOpen ? closePeek : chooseNone,
              },
            ]
          : []),
      ],
      [add, board, chooseNone, clear, closePeek, isOpen, mayWrite, narrow, someChosen, toBoard],
    ),
  );

  const change = (
    <Tooltip label={board ? "Show as a list" : "Show as a board"}>
      <ActionIcon
        variant="default"
        size={36}
        aria-label={board ? "Show as a list" : "Show as a board"}
        onClick={toBoard}
      >
        {board ? <IconList size={17} stroke={1.7} /> : <IconLayoutKanban size={17} stroke={1.7} />}
      </ActionIcon>
    </Tooltip>
  );
  const actions = mayWrite && (
    <>
      <LeadMenu />
      <DuplicatesLink />
      <Button leftSection={<IconUserPlus size={17} stroke={1.7} />} onClick={add}>
        Add lead
      </Button>
    </>
  );

  return (
    <Page
      title="Leads"
      width="full"
      actions={
        <>
          {change}
          {actions}
        </>
      }
    >
      <Filters
        search={search}
        narrow={narrow}
        clear={clear}
        show={show}
        filtering={filtering}
        setFiltering={setFiltering}
        searchBox={searchBox}
        busy={leads.isPlaceholderData}
      />
      <div className={styles.notice}>
        <RecycledLink search={search} show={() => narrow({ recycled: true })} />
      </div>
      <div className={styles.notice}>
        <Placed />
      </div>
      {leads.isError && items.length > 0 && (
        <div className={styles.notice}>
          <Stale error={leads.error} retry={() => void leads.refetch()} />
        </div>
      )}
      {board ? (
        <Suspense fallback={<Lines count={9} label="Loading the board" />}>
          <Board search={search} mayMove={mayWrite} />
        </Suspense>
      ) : leads.isPending ? (
        <div className={styles.notice}>
          <Lines count={9} label="Loading leads" />
        </div>
      ) : leads.isError && items.length === 0 ? (
        <Failed error={leads.error} retry={() => void leads.refetch()} what="list" />
      ) : items.length === 0 ? (
        <Nothing narrowed={isNarrowed(search)} clear={clear} add={mayWrite ? add : null} />
      ) : (
        <div className={styles.beside}>
          <LeadGrid
            leads={items}
            // A list that is asked for anew is another list: it begins at its top.
            key={place}
            place={place}
            more={leads.hasNextPage}
            loadMore={() => void leads.fetchNextPage()}
            loadingMore={leads.isFetchingNextPage}
            dimmed={leads.isPlaceholderData}
            narrow={narrow}
            search={search}
            chosen={mayWrite ? chosen : undefined}
            peek={room ? peek : null}
          />
          {beside !== undefined && (
            <Suspense fallback={null}>
              <LeadPeek id={beside} close={closePeek} />
            </Suspense>
          )}
        </div>
      )}
      {atWork !== null && (
        <Progress
          key={atWork}
          id={atWork}
          close={() => setAtWork(null)}
          next={(bulk) => setAtWork(bulk.id)}
        />
      )}
      {someChosen && (
        <BulkBar
          selection={selection}
          search={search}
          loaded={items.length}
          more={leads.hasNextPage}
          everything={everything}
          clear={chooseNone}
          started={(bulk) => setAtWork(bulk.id)}
        />
      )}
      <AddLead opened={search.adding === true} close={() => narrow({ adding: undefined })} />
    </Page>
  );
}

function Nothing({
  narrowed,
  clear,
  add,
}: {
  narrowed: boolean;
  clear: () => void;
  add: (() => void) | null;
}) {
  if (narrowed) {
    return (
      <Empty
        icon={<IconPlant2 />}
        title="No lead matches"
        action={
          <Button variant="default" onClick={clear}>
            Clear all filters
          </Button>
        }
      >
        Try fewer filters, or how a name begins, part of an email address, or a number’s last digits.
      </Empty>
    );
  }
  return (
    <Empty
      icon={<IconPlant2 />}
      title="No leads yet"
      action={
        add && (
          <div className={styles.firstSteps}>
            <Button onClick={add}>Add a lead</Button>
            <Button component={Link} to="/leads/import" variant="default">
              Import a file
            </Button>
          </div>
        )
      }
    >
      Leads that you add, import or are given appear here.
    </Empty>
  );
}
