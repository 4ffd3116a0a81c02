import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data } from "../api/client";
import { byCursor } from "../api/queries";
import { ApiProblem } from "../api/problem";

const PAGE = 50;
const ARRIVES_MS = 2000;

/** Whose timeline: a lead's or a client's. Both see all of one person's. */
export type Whose = { lead_id: string } | { client_id: string };

/**
 * All that happened with a person, the latest first, page by page. Just after a capture nothing of them has arrived where
 * timelines are kept: that is a 404 which soon passes.
 */
export function timelineOf(whose: Whose) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["timeline", "list", whose],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/timeline", {
          params: { query: { ...whose, limit: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
    refetchInterval: ({ state }) => (hasNotArrived(state.error) ? ARRIVES_MS : false),
  });
}

/** Whether the error says that nothing of the person is there yet. */
export function hasNotArrived(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 404;
}

/** One call. */
export function callById(id: string) {
  return queryOptions({
    queryKey: ["calls", "one", id],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/calls/{call_id}", { params: { path: { call_id: id } }, signal })),
  });
}

/** One message. */
export function messageById(id: string) {
  return queryOptions({
    queryKey: ["messages", "one", id],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/messages/{message_id}", { params: { path: { message_id: id } }, signal })),
  });
}
