import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./problem";

/**
 * What is remembered of the services' answers. A key begins with its resource, then `list` or `one`:
 * `["leads", "list", filters]`, `["leads", "one", id]`, so that a live change finds what it touches.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        retry: (failures, error) => failures < 3 && error instanceof ApiProblem && error.passes,
        retryDelay: (failure) => Math.min(500 * 2 ** failure, 8000),
        // Asked even where the browser believes it is offline: the platform may be on this machine.
        networkMode: "always",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

/** How a list goes on: each page tells where the next begins. For `infiniteQueryOptions({ ...byCursor, … })`. */
export const byCursor = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor ?? undefined,
};
