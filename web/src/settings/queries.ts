import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data, newKey } from "../api/client";
import type { Branch, Invitation, Roles, SentInvitation, Team, User } from "../api/schema";
import { said } from "../ui/toast";

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
const ifStill = ({ version }: { version: number }) => ({ "If-Match": `"${version}"` });

export interface Wanted {
  email: string;
  role: Role;
  team_ids: string[];
}

/** Asks somebody to join. The answer holds the link where no mail goes out. */
export function useInvite() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({ key, ...body }: Wanted & { key: string }): Promise<SentInvitation> =>
      data(api.POST("/api/v1/invitations", { headers: { "Idempotency-Key": key }, body })),
    onSuccess: (sent) => {
      if (sent.link === null) said(`${sent.email} is invited`);
      return askAnew();
    },
    gcTime: 0,
  });
}

/** Sends an invitation once more, with a new link. */
export function useResend() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({ id }: Invitation): Promise<SentInvitation> =>
      data(
        api.POST("/api/v1/invitations/{invitation_id}/resend", {
          params: { path: { invitation_id: id } },
          headers: { "Idempotency-Key": newKey() },
        }),
      ),
    onSuccess: (sent) => {
      if (sent.link === null) said(`${sent.email} is invited once more; the first link is void`);
    },
    onSettled: askAnew,
    gcTime: 0,
  });
}

/** An invitation's link is worth nothing any more. */
export function useWithdraw() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({ id }: Invitation) =>
      data(api.DELETE("/api/v1/invitations/{invitation_id}", { params: { path: { invitation_id: id } } })),
    onSuccess: (_, { email }) => said(`The invitation of ${email} is withdrawn`),
    onSettled: askAnew,
  });
}

/** Another role, other teams. */
export function useChangePerson() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({ person, ...body }: { person: User; role: Role; team_ids: string[] }) =>
      data(
        api.PATCH("/api/v1/users/{user_id}", {
          params: { path: { user_id: person.id } },
          headers: ifStill(person),
          body,
        }),
      ),
    onSuccess: ({ name }) => said(`${name} is changed; it holds everywhere within two seconds`),
    onSettled: askAnew,
  });
}

/** Somebody may sign in again. */
export function useLetIn() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({ person }: { person: User }) =>
      data(api.POST("/api/v1/users/{user_id}/reactivate", { params: { path: { user_id: person.id } } })),
    onSuccess: ({ name }) => said(`${name} may sign in again`),
    onSettled: askAnew,
  });
}

/** A new team, in a branch or in none. */
export function useFormTeam() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({ key, ...body }: { key: string; name: string; branch_id: string | null }) =>
      data(api.POST("/api/v1/teams", { headers: { "Idempotency-Key": key }, body })),
    onSuccess: ({ name }) => said(`${name} is a team now`),
    onSettled: askAnew,
  });
}

/** Another name or branch, other leads. */
export function useChangeTeam() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({
      team,
      ...body
    }: {
      team: Team;
      name: string;
      branch_id: string | null;
      lead_ids: string[];
    }) =>
      data(
        api.PATCH("/api/v1/teams/{team_id}", {
          params: { path: { team_id: team.id } },
          headers: ifStill(team),
          body,
        }),
      ),
    onSuccess: ({ name }) => said(`${name} is changed`),
    onSettled: askAnew,
  });
}

/** A new branch, or another name for one. */
export function useNameBranch() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({ branch, key, name }: { branch: Branch | null; key: string; name: string }) =>
      data(
        branch === null
          ? api.POST("/api/v1/branches", { headers: { "Idempotency-Key": key }, body: { name } })
          : api.PATCH("/api/v1/branches/{branch_id}", {
              params: { path: { branch_id: branch.id } },
              headers: ifStill(branch),
              body: { name },
            }),
      ),
    onSuccess: ({ name }, { branch }) => said(branch === null ? `${name} is open` : `It is ${name} now`),
    onSettled: askAnew,
  });
}

/** A branch to which no team belongs is no more. */
export function useCloseBranch() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({ id }: Branch) =>
      data(api.DELETE("/api/v1/branches/{branch_id}", { params: { path: { branch_id: id } } })),
    onSuccess: (_, { name }) => said(`${name} is closed`),
    onSettled: askAnew,
  });
}
