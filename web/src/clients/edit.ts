import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, versioned } from "../api/client";
import { change } from "../api/edit";
import { atOnce, merge } from "../api/records";
import type { Client, ClientDetails } from "../api/schema";
import type { Assignment } from "../directory/AssignTo";
import { failed, said } from "../ui/toast";
import { saidWithUndo } from "../ui/undo";
import { clientById } from "./queries";

/** Gives what changes details of a client. Throws Overlap and ApiProblem. */
export function useChangeClient(id: string) {
  const queries = useQueryClient();
  const query = clientById(id);
  return async (changes: Partial<Client>, before: Partial<Client>) => {
    const changed = await change<Client>(
      {
        known: () => queries.getQueryData(query.queryKey),
        fetch: () => queries.fetchQuery({ ...query, staleTime: 0 }),
        send: (_, etag) =>
          versioned(
            api.PATCH("/api/v1/clients/{client_id}", {
              params: { path: { client_id: id }, header: { "If-Match": etag } },
              // What is not sent stays as it is, the name as well.
              body: changes as ClientDetails,
            }),
          ),
      },
      changes,
      before,
    );
    merge(queries, "clients", changed);
    void queries.invalidateQueries({ queryKey: ["timeline"] });
  };
}

/** Gives what makes a client whom nobody has one's own. Where somebody was faster, it is said who. */
export function useClaimClient({ id, display_name }: Client) {
  const queries = useQueryClient();
  return useCallback(async () => {
    try {
      const claimed = await versioned(
        api.POST("/api/v1/clients/{client_id}/claim", { params: { path: { client_id: id } } }),
      );
      merge(queries, "clients", claimed);
      said(`${display_name} is yours`);
    } catch (error) {
      failed(`${display_name} could not be claimed`, error);
      void queries.invalidateQueries({ queryKey: ["clients"] });
    }
    void queries.invalidateQueries({ queryKey: ["timeline"] });
  }, [display_name, id, queries]);
}

/** Gives what shares a client with a colleague, or ends that. Throws ApiProblem. */
export function useShareClient({ id }: Client) {
  const queries = useQueryClient();
  return async (userId: string, shared: boolean) => {
    const params = { path: { client_id: id, user_id: userId } };
    const path = "/api/v1/clients/{client_id}/shares/{user_id}";
    const changed = await versioned(shared ? api.PUT(path, { params }) : api.DELETE(path, { params }));
    merge(queries, "clients", changed);
  };
}

/** Gives what hands a client to somebody else, at once, with a way back. */
export function useAssignClient() {
  const queries = useQueryClient();
  const assign = async (client: Client, to: Assignment): Promise<boolean> => {
    try {
      await atOnce(queries, "clients", client, to, () =>
        versioned(
          api.PUT("/api/v1/clients/{client_id}/owner", {
            params: { path: { client_id: client.id } },
            body: to,
          }),
        ),
      );
    } catch (error) {
      failed(`${client.display_name} could not be assigned`, error);
      return false;
    }
    void queries.invalidateQueries({ queryKey: ["timeline"] });
    return true;
  };
  return async (client: Client, to: Assignment, name: string) => {
    if (!(await assign(client, to))) return;
    const { owner_id, team_id } = client;
    saidWithUndo(`${client.display_name} goes to ${name}`, () => {
      void assign({ ...client, ...to }, { owner_id, team_id });
    });
  };
}
