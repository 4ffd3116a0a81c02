import { queryOptions, useMutation } from "@tanstack/react-query";
import { api, data } from "../api/client";
import type { Team, User } from "../api/schema";
import { said } from "../ui/toast";
import { useAskAnew } from "./queries";

/** Whose work it is: a person's, or what is with a team. */
export type Whose = { owner_id: string } | { team_id: string };

/** To whom a person's work goes: a colleague's id, back to the pools, or nowhere. */
export type WorkTo = string | "pool" | null;

export interface Held {
  leads: number;
  clients: number;
  tasks: number;
}

/** How many open leads, clients and tasks would be handed over. */
export function heldBy(whose: Whose) {
  return queryOptions({
    // What changes leads or clients makes it stale: it is counted as it is now.
    queryKey: ["held", whose],
    queryFn: async ({ signal }): Promise<Held> => {
      const params = { query: whose };
      const [leads, clients, tasks] = await Promise.all([
        data(api.GET("/api/v1/leads/held", { params, signal })),
        data(api.GET("/api/v1/clients/held", { params, signal })),
        data(api.GET("/api/v1/tasks/held", { params, signal })),
      ]);
      return { leads: leads.count, clients: clients.count, tasks: tasks.count };
    },
    staleTime: 0,
  });
}

/** In words: `12 open leads, one client and 3 tasks`; null for nothing at all. */
export function inWords({ leads, clients, tasks }: Held): string | null {
  const parts = [
    leads > 0 && (leads === 1 ? "one open lead" : `${leads.toLocaleString()} open leads`),
    clients > 0 && (clients === 1 ? "one client" : `${clients.toLocaleString()} clients`),
    tasks > 0 && (tasks === 1 ? "one task" : `${tasks.toLocaleString()} tasks`),
  ].filter((part) => part !== false);
  return parts.length > 0 ? new Intl.ListFormat("en", { style: "long" }).format(parts) : null;
}

/** Who may take a person's work over: whoever is at work and may change records, by name. */
export function takers(people: readonly User[], from: User): User[] {
  return people
    .filter(({ id, active, role }) => active && id !== from.id && role !== "viewer" && role !== "auditor")
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** Somebody may not sign in any more, or no longer could; what is theirs goes to whom was chosen. */
export function useDeactivate() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({ person, workTo }: { person: User; workTo: WorkTo }) =>
      data(
        api.POST("/api/v1/users/{user_id}/deactivate", {
          params: { path: { user_id: person.id } },
          body: { work_to: workTo },
        }),
      ),
    onSuccess: ({ name }, { person, workTo }) => {
      const handed = workTo === null ? "" : "; their work is handed over";
      said(
        person.active
          ? `${name} is signed out everywhere, and may not sign in${handed}`
          : `The work of ${name} is handed over`,
      );
    },
    onSettled: askAnew,
  });
}

/** A team is no more; what is with it goes to another, or to the agency's pool. */
export function useDissolveTeam() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({ team, poolTo }: { team: Team; poolTo: string | null }) =>
      data(
        api.POST("/api/v1/teams/{team_id}/dissolve", {
          params: { path: { team_id: team.id } },
          headers: { "If-Match": `"${team.version}"` },
          body: { pool_to_id: poolTo },
        }),
      ),
    onSuccess: (_, { team }) => said(`${team.name} is dissolved`),
    onSettled: askAnew,
  });
}
