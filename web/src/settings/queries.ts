import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../api/client";
import type { Branch, Invitation, Roles, Team, User } from "../api/schema";

export type Role = User["role"];

/** Everybody in the agency, also who may not sign in any more. The same answer as the directory's. */
export const people = queryOptions({
  queryKey: ["users"],
  queryFn: async ({ signal }): Promise<User[]> => (await data(api.GET("/api/v1/users", { signal }))).items,
});

/** The agency's teams. */
export const teams = queryOptions({
  queryKey: ["teams"],
  queryFn: async ({ signal }): Promise<Team[]> => (await data(api.GET("/api/v1/teams", { signal }))).items,
});

/** The agency's branches. */
export const branches = queryOptions({
  queryKey: ["branches"],
  queryFn: async ({ signal }): Promise<Branch[]> =>
    (await data(api.GET("/api/v1/branches", { signal }))).items,
});

/** Who was asked to join and has not yet. For owners and admins. */
export const invitations = queryOptions({
  queryKey: ["invitations"],
  queryFn: async ({ signal }): Promise<Invitation[]> =>
    (await data(api.GET("/api/v1/invitations", { signal }))).items,
});

/** Who may what: the table by which the services decide. */
export const roles = queryOptions({
  queryKey: ["roles"],
  queryFn: ({ signal }): Promise<Roles> => data(api.GET("/api/v1/users/roles", { signal })),
  staleTime: Infinity,
});

/** Asks anew for all that these rooms show: one change may touch several of them. */
export function useAskAnew() {
  const queries = useQueryClient();
  return () =>
    Promise.all(
      ["users", "teams", "branches", "invitations", "held"].map((key) =>
        queries.invalidateQueries({ queryKey: [key] }),
      ),
    );
}

/** Only if it is still as it was when it was read: else the service refuses. */
export const ifStill = ({ version }: { version: number }) => ({ "If-Match": `"${version}"` });
