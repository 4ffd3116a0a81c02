import { type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import { byCursor } from "../api/queries";
import { SERVICE_NAMES, type ServiceName } from "./services";

/** How often what is looked at is asked for again, in milliseconds; nothing is while the window is hidden. */
export const EVERY = 5000;

interface PageOf<T> {
  items: T[];
  next_cursor: string | null;
}

/** What one service could not tell: `since` is when it last did, if it did. */
export interface Silent {
  service: ServiceName;
  error: unknown;
  since: number | null;
}

/** One list that each of the services has a part of, put together as far as they answer. */
export interface FromEach<T> {
  items: (T & { service: ServiceName })[];
  /** Nobody has answered yet. */
  pending: boolean;
  /** Who cannot be reached, or refuses. What they told before stays among the items. */
  silent: Silent[];
  /** Nobody has ever answered, and this is why; null where somebody has, or may yet. */
  failure: unknown;
  /** When the oldest part was told, of those that are told at all; milliseconds since the epoch. */
  at: number | null;
  /** Who has told their part, now or before; and of which of them there is more. */
  known: ServiceName[];
  unfinished: ServiceName[];
  loadMore: () => void;
  loadingMore: boolean;
  ask: () => void;
}

/** One service's part of a list: what it is remembered by, and how a page of it is asked for. Throws ApiProblem. */
export interface PartOf<T> {
  queryKey: QueryKey;
  ask: (cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<T>>;
}

/**
 * Asks the services side by side for their part of a list, again and again while it is looked at, or with `every` false
 * once; with `only`, that one alone. One that is away hides nothing of the others.
 */
export function useFromEach<T>(
  partOf: (service: ServiceName) => PartOf<T>,
  only?: ServiceName,
  every: number | false = EVERY,
): FromEach<T> {
  const options = (service: ServiceName) => {
    const { queryKey, ask } = partOf(service);
    return {
      ...byCursor,
      queryKey,
      queryFn: ({ pageParam, signal }: { pageParam: string | undefined; signal: AbortSignal }) =>
        ask(pageParam, signal),
      enabled: only === undefined || only === service,
      refetchInterval: every,
      // What is asked again soon anyhow is not insisted on; what is not, is asked once, and no more than somebody wants.
      retry: false,
      ...(every === false && { refetchOnWindowFocus: false, refetchOnReconnect: false }),
    };
  };
  const lists = {
    identity: useInfiniteQuery(options("identity")),
    leads: useInfiniteQuery(options("leads")),
    clients: useInfiniteQuery(options("clients")),
    comms: useInfiniteQuery(options("comms")),
    ai: useInfiniteQuery(options("ai")),
    reporting: useInfiniteQuery(options("reporting")),
  };
  const asked = SERVICE_NAMES.filter((service) => only === undefined || only === service);
  const silent = asked
    .filter((service) => lists[service].isError)
    .map((service) => ({
      service,
      error: lists[service].error,
      since: lists[service].data ? lists[service].dataUpdatedAt : null,
    }));
  const nobody = silent.length === asked.length && silent.every(({ since }) => since === null);
  const unfinished = asked.filter((service) => lists[service].hasNextPage);
  return {
    items: asked.flatMap((service) =>
      (lists[service].data?.pages ?? []).flatMap(({ items }) => items.map((item) => ({ ...item, service }))),
    ),
    pending: asked.every((service) => lists[service].isPending),
    silent,
    failure: nobody ? silent[0]!.error : null,
    at: oldest(asked.filter((service) => lists[service].isSuccess).map((each) => lists[each].dataUpdatedAt)),
    known: asked.filter((service) => lists[service].data !== undefined),
    unfinished,
    loadMore: () => unfinished.forEach((service) => void lists[service].fetchNextPage()),
    loadingMore: asked.some((service) => lists[service].isFetchingNextPage),
    ask: () => asked.forEach((service) => void lists[service].refetch()),
  };
}

const oldest = (moments: readonly number[]): number | null =>
  moments.length === 0 ? null : Math.min(...moments);
