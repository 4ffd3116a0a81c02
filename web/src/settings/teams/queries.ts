import { useMutation } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { Branch, Team } from "../../api/schema";
import { said } from "../../ui/toast";
import { ifStill, useAskAnew } from "../queries";

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
