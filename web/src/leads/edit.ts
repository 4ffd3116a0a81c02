import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, versioned } from "../api/client";
import { change } from "../api/edit";
import { atOnce, merge } from "../api/records";
import type { Lead, PipelineStage } from "../api/schema";
import type { Assignment } from "../directory/AssignTo";
import { failed, said } from "../ui/toast";
import { saidWithUndo } from "../ui/undo";
import type { Why } from "./LostReason";
import { stageOf, usePipelines } from "./pipelines/queries";
import { leadById } from "./queries";

/** What people may change of a lead by hand. */
export type LeadDetails = Pick<
  Lead,
  | "name"
  | "email"
  | "phone"
  | "street"
  | "city"
  | "postal_code"
  | "state"
  | "birth_date"
  | "line_of_business"
  | "current_carrier"
  | "x_date"
  | "notes"
>;

/** Gives what changes details of a lead. Throws Overlap and ApiProblem. */
export function useChangeLead(id: string) {
  const queries = useQueryClient();
  const query = leadById(id);
  return async (changes: Partial<LeadDetails>, before: Partial<LeadDetails>) => {
    const changed = await change<Lead>(
      {
        known: () => queries.getQueryData(query.queryKey),
        fetch: () => queries.fetchQuery({ ...query, staleTime: 0 }),
        send: (_, etag) =>
          versioned(
            api.PATCH("/api/v1/leads/{lead_id}", {
              params: { path: { lead_id: id }, header: { "If-Match": etag } },
              // What is not sent stays as it is, the name as well.
              body: changes as LeadDetails,
            }),
          ),
      },
      changes,
      before,
    );
    merge(queries, "leads", changed);
    void queries.invalidateQueries({ queryKey: ["timeline"] });
  };
}

const NO_REASON: Why = { reason: null, exit_reason: null };

/** Gives what moves a lead along its pipeline, at once, with a way back. */
export function useMoveLead() {
  const queries = useQueryClient();
  const there = usePipelines();
  /** `back`: to where it was in a version, as if it had never left. */
  const move = async (lead: Lead, to: PipelineStage, why: Why, back?: number): Promise<boolean> => {
    const rots = to.rots_after_days ? new Date(Date.now() + to.rots_after_days * 86_400_000) : null;
    const placed = {
      stage: to.kind,
      stage_key: to.key,
      stage_since: new Date().toISOString(),
      rots_at: rots?.toISOString() ?? null,
      exit_reason: why.exit_reason,
      // Whoever moves it works on it.
      comes_back_on: null,
      recycled: null,
    };
    try {
      await atOnce(queries, "leads", lead, placed, () =>
        versioned(
          back === undefined
            ? api.PUT("/api/v1/leads/{lead_id}/stage", {
                params: { path: { lead_id: lead.id } },
                body: { stage: to.key, ...why },
              })
            : api.POST("/api/v1/leads/{lead_id}/history/restore", {
                params: { path: { lead_id: lead.id } },
                body: { field: "stage", version: back },
              }),
        ),
      );
    } catch (error) {
      failed(`${lead.display_name} could not be moved`, error);
      return false;
    }
    void queries.invalidateQueries({ queryKey: ["timeline"] });
    void queries.invalidateQueries({ queryKey: ["leads", "board"] });
    return true;
  };
  return async (lead: Lead, to: PipelineStage, why: Why = NO_REASON) => {
    if (to.key === lead.stage_key || !(await move(lead, to, why))) return;
    const before = stageOf(there, lead);
    const wasLost = before.kind === "lost";
    // Who was lost is so again for the reason that they were.
    const again =
      wasLost && lead.exit_reason === null
        ? { reason: "As before", exit_reason: null }
        : { reason: null, exit_reason: lead.exit_reason };
    saidWithUndo(
      `${lead.display_name} is in ${to.name} now`,
      () =>
        void move(
          { ...lead, stage: to.kind, stage_key: to.key },
          before,
          again,
          wasLost ? undefined : lead.version,
        ),
    );
  };
}

/** Gives what makes a lead whom nobody has one's own. Where somebody was faster, it is said who. */
export function useClaimLead({ id, display_name }: Lead) {
  const queries = useQueryClient();
  return useCallback(async () => {
    try {
      const claimed = await versioned(
        api.POST("/api/v1/leads/{lead_id}/claim", { params: { path: { lead_id: id } } }),
      );
      merge(queries, "leads", claimed);
      said(`${display_name} is yours`);
    } catch (error) {
      failed(`${display_name} could not be claimed`, error);
      void queries.invalidateQueries({ queryKey: ["leads"] });
    }
    void queries.invalidateQueries({ queryKey: ["timeline"] });
  }, [display_name, id, queries]);
}

/** Gives what shares a lead with a colleague, or ends that. Throws ApiProblem. */
export function useShareLead({ id }: Lead) {
  const queries = useQueryClient();
  return async (userId: string, shared: boolean) => {
    const params = { path: { lead_id: id, user_id: userId } };
    const path = "/api/v1/leads/{lead_id}/shares/{user_id}";
    const changed = await versioned(shared ? api.PUT(path, { params }) : api.DELETE(path, { params }));
    merge(queries, "leads", changed);
  };
}

/** Gives what hands a lead to somebody else, at once, with a way back. */
export function useAssignLead() {
  const queries = useQueryClient();
  const assign = async (lead: Lead, to: Assignment): Promise<boolean> => {
    try {
      await atOnce(queries, "leads", lead, to, () =>
        versioned(
          api.PUT("/api/v1/leads/{lead_id}/owner", { params: { path: { lead_id: lead.id } }, body: to }),
        ),
      );
    } catch (error) {
      failed(`${lead.display_name} could not be assigned`, error);
      return false;
    }
    void queries.invalidateQueries({ queryKey: ["timeline"] });
    return true;
  };
  return async (lead: Lead, to: Assignment, name: string) => {
    if (!(await assign(lead, to))) return;
    const { owner_id, team_id } = lead;
    saidWithUndo(`${lead.display_name} goes to ${name}`, () => {
      void assign({ ...lead, ...to }, { owner_id, team_id });
    });
  };
}
