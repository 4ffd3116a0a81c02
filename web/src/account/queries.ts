import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../api/client";
import { byCursor } from "../api/queries";
import { describeMe } from "../session/session";
import { said } from "../ui/toast";

/** Whether signing in asks this person for a second factor. */
export const secondFactor = queryOptions({
  queryKey: ["account", "second-factor"],
  queryFn: ({ signal }) => data(api.GET("/api/v1/users/me/second-factor", { signal })),
});

/** Where this person is signed in, the last used first. */
export const ownSessions = queryOptions({
  queryKey: ["account", "sessions"],
  queryFn: async ({ signal }) => (await data(api.GET("/api/v1/sessions", { signal }))).items,
});

const SIGN_INS = 10;

/** Who signed in to an account and who was not let in, the last first. */
export function signInsOf(userId: string) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["account", "sign-ins", userId],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/users/{user_id}/sign-ins", {
          params: { path: { user_id: userId }, query: { limit: SIGN_INS, cursor: pageParam } },
          signal,
        }),
      ),
    // Whoever asks is in the audit trail: not each time a window is looked at again.
    refetchOnWindowFocus: false,
  });
}

/** Asks anew for all that is shown of the account. */
function useAskAnew() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ["account"] });
}

/** Another name, time zone or way to write dates; what is not named stays. Throws ApiProblem. */
export function useChangeProfile() {
  return useMutation({
    mutationFn: (body: { name?: string; time_zone?: string | null; locale?: string | null }) =>
      data(api.PATCH("/api/v1/users/me", { body })),
    onSuccess: (user) => {
      describeMe(user);
      said("Your profile is changed");
    },
  });
}

/** Another password, by the present one. */
export function useChangePassword() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: (body: { old_password: string; new_password: string }) =>
      data(api.PUT("/api/v1/users/me/password", { body })),
    onSuccess: () => {
      said("Your password is changed. Every other session has ended.");
      return askAnew();
    },
  });
}

/** What an authenticator app needs to know; it counts once it is confirmed. */
export function useAddSecondFactor() {
  return useMutation({
    mutationFn: (password: string) =>
      data(api.POST("/api/v1/users/me/second-factor", { body: { password } })),
    // It is shown once, and not to be found in memory afterwards.
    gcTime: 0,
  });
}

/** Confirms it by a code of the app; gives the recovery codes. */
export function useConfirmSecondFactor() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: (code: string) =>
      data(api.POST("/api/v1/users/me/second-factor/confirmation", { body: { code } })),
    onSuccess: askAnew,
    gcTime: 0,
  });
}

/** Fresh recovery codes in place of all others. */
export function useRenewRecoveryCodes() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: () => data(api.POST("/api/v1/users/me/second-factor/recovery-codes")),
    onSuccess: askAnew,
    gcTime: 0,
  });
}

/** Signing in asks for the password alone. */
export function useRemoveSecondFactor() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: () => data(api.POST("/api/v1/users/me/second-factor/removal")),
    onSuccess: () => {
      said("Signing in asks for your password alone now");
      return askAnew();
    },
  });
}

/** Ends one session, or with null all but this one. */
export function useEndSessions() {
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: (id: string | null) =>
      id === null
        ? data(api.DELETE("/api/v1/sessions/others"))
        : data(api.DELETE("/api/v1/sessions/{session_id}", { params: { path: { session_id: id } } })),
    onSuccess: (_, id) => {
      said(id === null ? "Every other session has ended" : "The session has ended");
    },
    // Whatever came of it: one that is not there any more has ended as well.
    onSettled: askAnew,
  });
}
