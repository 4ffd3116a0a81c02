import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { CloseAgency, ClosureShown } from "../../api/schema";
import { useMe } from "../../session/session";
import { said } from "../../ui/toast";

export const useIsOwner = (): boolean => useMe().user.role === "owner";

const of = (id: string) => ({ params: { path: { agency_id: id } } });

/** Whether the agency is closed, and when it is erased. */
export const closure = (id: string) =>
  queryOptions({
    queryKey: ["closure", id],
    queryFn: ({ signal }): Promise<ClosureShown> =>
      data(api.GET("/api/v1/agencies/{agency_id}/closure", { ...of(id), signal })),
  });

function useAnswer(id: string, words: string) {
  const queries = useQueryClient();
  return (answer: ClosureShown) => {
    queries.setQueryData(["closure", id], answer);
    void queries.invalidateQueries({ queryKey: ["agency", id] });
    said(words);
  };
}

/** Closes the agency. */
export function useClose(id: string) {
  const onSuccess = useAnswer(id, "The agency is closed");
  return useMutation({
    mutationFn: (body: CloseAgency) =>
      data(api.PUT("/api/v1/agencies/{agency_id}/closure", { ...of(id), body })),
    onSuccess,
  });
}

/** Reopens the agency. */
export function useReopen(id: string) {
  const onSuccess = useAnswer(id, "The agency is open again");
  return useMutation({
    mutationFn: () => data(api.DELETE("/api/v1/agencies/{agency_id}/closure", of(id))),
    onSuccess,
  });
}
