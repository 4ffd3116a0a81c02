import { useMutation, useQueryClient, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { api, versioned, type Versioned } from "../api/client";
import { change } from "../api/edit";
import type { Lead, LeadPage, Stage } from "../api/schema";
import { failed } from "../ui/toast";
import { saidWithUndo } from "../ui/undo";
import { words } from "../ui/format";
import { leadById } from "./queries";

/** What people may change of a lead by hand. */
export type LeadChanges = Pick<
  Lead,
  | "name"
  | "email"
  | "phone"
  | "postal_code"
  | "state"
  | "birth_date"
  | "line_of_business"
  | "current_carrier"
  | "x_date"
  | "notes"
>;

/** Puts an answer into what is shown, in the record and in every list; an older one than what is shown changes nothing. */
export function mergeLead(queries: QueryClient, { data: lead, etag }: Versioned<Lead>): void {
  queries.setQueryData(leadById(lead.id).queryKey, (now) =>
    now && now.data.version > lead.version ? now : { data: { ...now?.data, ...lead }, etag },
  );
  patchLists(queries, lead.id, (row) => (row.version > lead.version ? row : { ...row, ...lead }));
}

function patchLists(queries: QueryClient, id: string, patch: (row: Lead) => Lead): void {
  queries.setQueriesData<InfiniteData<LeadPage>>({ queryKey: ["leads", "list"] }, (list) => {
    if (!list?.pages?.some((page) => page.items.some((row) => row.id === id))) return list;
    const pages = list.pages.map((page) => ({
      ...page,
      items: page.items.map((row) => (row.id === id ? patch(row) : row)),
    }));
    return { ...list, pages };
  });
}

/** Changes details of a lead. One change of a lead at a time; throws Overlap and ApiProblem. */
export function useChangeLead(id: string) {
  const queries = useQueryClient();
  const query = leadById(id);
  return useMutation({
    scope: { id: `lead ${id}` },
    mutationFn: ({ changes, before }: { changes: Partial<LeadChanges>; before: Partial<LeadChanges> }) =>
      change<LeadChanges>(
        {
          known: () => queries.getQueryData(query.queryKey),
          fetch: () => queries.fetchQuery({ ...query, staleTime: 0 }),
          send: (body, etag) =>
            versioned(
              api.PATCH("/api/v1/leads/{lead_id}", {
                params: { path: { lead_id: id }, header: { "If-Match": etag } },
                // What is not sent stays as it is; the document does not say that nothing is needed.
                body: body as LeadChanges,
              }),
            ),
        },
        changes,
        before,
      ) as Promise<Versioned<Lead>>,
    onSuccess: (changed) => {
      mergeLead(queries, changed);
      void queries.invalidateQueries({ queryKey: ["timeline"] });
    },
  });
}

/** Shown before the service answers, for it can be taken back; what was shown before, if it refuses. */
async function shownAtOnce(
  queries: QueryClient,
  lead: Lead,
  patch: Partial<Lead>,
  send: () => Promise<Versioned<Lead>>,
  what: string,
): Promise<boolean> {
  const { queryKey } = leadById(lead.id);
  await queries.cancelQueries({ queryKey });
  const put = (fields: Partial<Lead>) => {
    queries.setQueryData(queryKey, (now) => now && { ...now, data: { ...now.data, ...fields } });
    patchLists(queries, lead.id, (row) => ({ ...row, ...fields }));
  };
  put(patch);
  try {
    mergeLead(queries, await send());
    void queries.invalidateQueries({ queryKey: ["timeline"] });
    return true;
  } catch (error) {
    put(Object.fromEntries(Object.keys(patch).map((field) => [field, lead[field as keyof Lead]])));
    void queries.invalidateQueries({ queryKey });
    failed(what, error);
    return false;
  }
}

/** Moves a lead along the pipeline, at once, with a way back. */
export function useMoveLead() {
  const queries = useQueryClient();
  const move = (lead: Lead, stage: Stage, reason?: string) =>
    shownAtOnce(
      queries,
      lead,
      { stage },
      () =>
        versioned(
          api.PUT("/api/v1/leads/{lead_id}/stage", {
            params: { path: { lead_id: lead.id } },
            body: { stage, reason: reason || null },
          }),
        ),
      `${lead.display_name} could not be moved`,
    );
  return async (lead: Lead, stage: Stage, reason?: string) => {
    if (stage === lead.stage) return;
    if (await move(lead, stage, reason)) {
      saidWithUndo(
        `${lead.display_name} is ${words(stage).toLowerCase()} now`,
        () => void move({ ...lead, stage }, lead.stage),
      );
    }
  };
}

/** To whom a lead goes: a person, or a team's pool. */
export interface Assignment {
  owner_id: string | null;
  team_id?: string | null;
}

/** Gives a lead to somebody else, at once, with a way back. */
export function useAssignLead() {
  const queries = useQueryClient();
  const assign = (lead: Lead, to: Assignment) =>
    shownAtOnce(
      queries,
      lead,
      to,
      () =>
        versioned(
          api.PUT("/api/v1/leads/{lead_id}/owner", { params: { path: { lead_id: lead.id } }, body: to }),
        ),
      `${lead.display_name} could not be assigned`,
    );
  return async (lead: Lead, to: Assignment, name: string) => {
    if (await assign(lead, to)) {
      const { owner_id, team_id } = lead;
      saidWithUndo(
        `${lead.display_name} goes to ${name}`,
        () => void assign({ ...lead, ...to }, { owner_id, team_id }),
      );
    }
  };
}
