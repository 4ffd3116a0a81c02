import { useMutation } from "@tanstack/react-query";
import { api, data, newKey } from "../../api/client";
import type { Invitation, SentInvitation, User } from "../../api/schema";
import { said } from "../../ui/toast";
import { ifStill, type Role, useAskAnew } from "../queries";

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
