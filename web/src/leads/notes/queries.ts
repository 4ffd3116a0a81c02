import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";
import { api, data } from "../../api/client";
import { byCursor } from "../../api/queries";

const AT_FIRST = 20;

/** What colleagues wrote about a lead, as it or one merged into it; the latest first. */
export function notesOf(leadId: string) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["leads", "one", leadId, "notes"],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/leads/{lead_id}/notes", {
          params: { path: { lead_id: leadId }, query: { limit: AT_FIRST, cursor: pageParam } },
          signal,
        }),
      ),
  });
}

/** Notes in which one is mentioned and that one has not read; the latest first. */
export const unseenMentions = queryOptions({
  queryKey: ["leads", "mentions"],
  queryFn: async ({ signal }) =>
    (await data(api.GET("/api/v1/leads/mentions", { params: { query: { unseen: true } }, signal }))).items,
});

/** What a note is to be. */
export interface Written {
  text: string;
  mentions: string[];
}

/** Gives what writes a note about a lead, or, by its id, another in its place. Throws ApiProblem. */
export function useWriteNote(leadId: string) {
  return useOfNotes(leadId, async ({ id, ...body }: Written & { id: string | null }) => {
    if (id === null)
      await data(api.POST("/api/v1/leads/{lead_id}/notes", { params: { path: { lead_id: leadId } }, body }));
    else
      await data(
        api.PUT("/api/v1/leads/{lead_id}/notes/{note_id}", {
          params: { path: { lead_id: leadId, note_id: id } },
          body,
        }),
      );
  });
}

/** Gives what removes a note. Throws ApiProblem. */
export function useRemoveNote(leadId: string) {
  return useOfNotes(leadId, async (id: string) => {
    await data(
      api.DELETE("/api/v1/leads/{lead_id}/notes/{note_id}", {
        params: { path: { lead_id: leadId, note_id: id } },
      }),
    );
  });
}

function useOfNotes<T>(leadId: string, mutationFn: (told: T) => Promise<void>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    // The lead has another version now, as well.
    onSuccess: () => queries.invalidateQueries({ queryKey: ["leads", "one", leadId] }),
  });
}

/** While a lead's notes are shown, where one is mentioned in them is seen. */
export function useSeen(leadId: string, shown: boolean): void {
  const queries = useQueryClient();
  const unseen = useQuery(unseenMentions).data;
  const waits = shown && (unseen?.some((mention) => mention.lead_id === leadId) ?? false);
  useEffect(() => {
    if (!waits) return;
    data(api.PUT("/api/v1/leads/{lead_id}/notes/seen", { params: { path: { lead_id: leadId } } })).then(
      () => queries.invalidateQueries({ queryKey: unseenMentions.queryKey }),
      // Then it is unseen still, and is told once more.
      () => undefined,
    );
  }, [leadId, queries, waits]);
}
