import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { api, versioned } from "../api/client";
import { merge } from "../api/records";
import { isOfThePast } from "../history/past";

/** Gives what forgets a lead's person. Throws ApiProblem. */
export function useForgetLead(id: string): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    const params = { path: { lead_id: id } };
    merge(queries, "leads", await versioned(api.POST("/api/v1/leads/{lead_id}/forget", { params })));
    drop(queries);
  };
}

/** Gives what forgets a client. Throws ApiProblem. */
export function useForgetClient(id: string): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    const params = { path: { client_id: id } };
    merge(queries, "clients", await versioned(api.POST("/api/v1/clients/{client_id}/forget", { params })));
    drop(queries);
  };
}

/** What this tab remembers of conversations, searches and histories may be the person's: it is asked for anew. */
function drop(queries: QueryClient): void {
  for (const of of ["timeline", "threads", "insights", "search"]) queries.removeQueries({ queryKey: [of] });
  queries.removeQueries({ predicate: ({ queryKey }) => isOfThePast(queryKey) });
  void queries.invalidateQueries();
}
