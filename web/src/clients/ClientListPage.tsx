import { Button } from "@mantine/core";
import { IconAddressBook, IconX } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useCommands } from "../commands/registry";
import { useUsers } from "../directory/queries";
import { useMe } from "../session/session";
import { Choice, ListFilters, SearchBox, SortBy } from "../ui/ListFilters";
import { LinkButton } from "../ui/LinkButton";
import { Page } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { ClientGrid } from "./ClientGrid";
import styles from "./ClientList.module.css";
import { type ClientSearch, isNarrowed, type Sort, SORTS } from "./filters";
import { lookAt, placeOf } from "./place";
import { clientList } from "./queries";

const route = getRouteApi("/clients");

/** Every client in one's scope, narrowed and sorted as the address says. */
export function ClientListPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { user } = useMe();
  const users = useUsers();
  const searchBox = useRef<HTMLInputElement>(null);
  const clients = useInfiniteQuery(clientList(search));
  const items = useMemo(() => clients.data?.pages.flatMap((page) => page.items) ?? [], [clients.data]);
  useEffect(() => lookAt(search), [search]);

  const narrow = useCallback(
    (next: Partial<ClientSearch>) =>
      void navigate({ search: (now) => ({ ...now, ...next }), replace: "q" in next }),
    [navigate],
  );
  const clear = useCallback(() => void navigate({ search: ({ sort }) => ({ sort }) }), [navigate]);

  useCommands(
    useMemo(
      () => [
        {
          id: "client search",
          title: "Search in this list",
          group: "Clients",
          keys: "/",
          run: () => searchBox.current?.focus(),
        },
        { id: "client clear", title: "Clear all filters", group: "Clients", keys: "shift+x", run: clear },
      ],
      [clear],
    ),
  );

  return (
    <Page title="Clients" width="full">
      <ListFilters of="Clients">
        <SearchBox
          label="Search in clients"
          q={search.q ?? ""}
          ask={(q) => narrow({ q })}
          box={searchBox}
          busy={clients.isPlaceholderData}
        />
        <Choice
          name="Owner"
          options={[
            { value: user.id, label: "Me" },
            { value: "none", label: "Pool" },
            ...users.filter(({ id }) => id !== user.id).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          chosen={search.owner ?? []}
          choose={(owner) => narrow({ owner })}
        />
        {isNarrowed(search) && (
          <Button variant="subtle" size="compact-md" leftSection={<IconX size={15} />} onClick={clear}>
            Clear
          </Button>
        )}
        <SortBy
          sorts={SORTS}
          sort={search.sort ?? "-onboarded_at"}
          choose={(sort) => narrow({ sort: sort === "-onboarded_at" ? undefined : (sort as Sort) })}
        />
      </ListFilters>
      {clients.isError && items.length > 0 && (
        <div className={styles.notice}>
          <Stale error={clients.error} retry={() => void clients.refetch()} />
        </div>
      )}
      {clients.isPending ? (
        <div className={styles.notice}>
          <Lines count={9} label="Loading clients" />
        </div>
      ) : clients.isError && items.length === 0 ? (
        <Failed error={clients.error} retry={() => void clients.refetch()} what="list" />
      ) : items.length === 0 ? (
        <Nothing narrowed={isNarrowed(search)} clear={clear} />
      ) : (
        <ClientGrid
          clients={items}
          // A list that is asked for anew is another list: it begins at its top.
          key={placeOf(search)}
          place={placeOf(search)}
          more={clients.hasNextPage}
          loadMore={() => void clients.fetchNextPage()}
          loadingMore={clients.isFetchingNextPage}
          dimmed={clients.isPlaceholderData}
        />
      )}
    </Page>
  );
}

function Nothing({ narrowed, clear }: { narrowed: boolean; clear: () => void }) {
  return narrowed ? (
    <Empty
      icon={<IconAddressBook />}
      title="No client matches"
      action={
        <Button variant="default" onClick={clear}>
          Clear all filters
        </Button>
      }
    >
      Try part of a name, an address or a telephone number.
    </Empty>
  ) : (
    <Empty
      icon={<IconAddressBook />}
      title="No clients yet"
      action={
        <LinkButton to="/leads" variant="default">
          Go to the leads
        </LinkButton>
      }
    >
      A lead that is converted becomes a client, and appears here.
    </Empty>
  );
}
