import { useSyncExternalStore } from "react";
import { api, data, takeTokensFrom } from "../api/client";
import { ApiProblem } from "../api/problem";
import type { Session as SessionAnswer } from "../api/schema";

export type User = SessionAnswer["user"];
export type Agency = SessionAnswer["agency"];

/** Who is signed in, in this tab. `restoring`: a session was kept, and is being taken up again. */
export type Session =
  | { status: "restoring" }
  | { status: "signed-out"; reason: string | null }
  | { status: "signed-in"; user: User; agency: Agency; accessToken: string; expiresAt: number };

const KEPT = "gardenos.session";
const EARLY_MS = 30_000;

let session: Session = kept() === null ? { status: "signed-out", reason: null } : { status: "restoring" };
const listeners = new Set<() => void>();

function become(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

function kept(): string | null {
  return localStorage.getItem(KEPT);
}

function begin(answer: SessionAnswer): string {
  localStorage.setItem(KEPT, answer.refresh_token);
  const { user, agency, access_token: accessToken } = answer;
  become({
    status: "signed-in",
    user,
    agency,
    accessToken,
    expiresAt: Date.now() + answer.expires_in * 1000,
  });
  return accessToken;
}

/** Signs in; gives the challenge where a second factor is asked for, else null. Throws ApiProblem. */
export async function signIn(email: string, password: string): Promise<string | null> {
  const answer = await data(api.POST("/api/v1/sessions", { body: { email, password } }));
  if ("challenge" in answer) return answer.challenge;
  begin(answer);
  return null;
}

/** The second step of signing in: a code of the authenticator app, or a recovery code. Throws ApiProblem. */
export async function answerChallenge(challenge: string, code: string): Promise<void> {
  begin(await data(api.POST("/api/v1/sessions/second-factor", { body: { challenge, code } })));
}

/** What a person changed of themselves shows at once. */
export function describeMe(user: User): void {
  if (session.status === "signed-in") become({ ...session, user });
}

/** Signs out, here and in every other tab of this browser. */
export async function signOut(): Promise<void> {
  try {
    await api.DELETE("/api/v1/sessions/current");
  } catch {
    // Nobody could be told; the session ends by itself, and this browser forgets it now.
  }
  forgetHere();
}

/** The session has ended elsewhere: this browser knows of none any more. */
export function forgetHere(): void {
  localStorage.removeItem(KEPT);
  become({ status: "signed-out", reason: null });
}

let renewal: Promise<string | null> | null = null;

/** Takes up a session that an earlier visit left; at most one renewal runs at a time. Throws ApiProblem. */
export function restore(): Promise<string | null> {
  renewal ??= alone(renew).finally(() => {
    renewal = null;
  });
  return renewal;
}

async function renew(): Promise<string | null> {
  const token = kept();
  if (token === null) {
    become({ status: "signed-out", reason: null });
    return null;
  }
  const before = session.status === "signed-in" ? session : null;
  const response = await fetch("/api/v1/sessions/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ refresh_token: token }),
  }).catch(() => null);
  if (response?.ok) return begin((await response.json()) as SessionAnswer);
  if (response?.status === 401) {
    localStorage.removeItem(KEPT);
    become({ status: "signed-out", reason: before ? "Your session has ended. Please sign in again." : null });
    return null;
  }
  // Away or busy: the session is kept for the next try.
  throw response
    ? ApiProblem.from(response, await response.json().catch(() => null))
    : ApiProblem.unreachable;
}

/** One renewal among all tabs: each uses the refresh token up, and the next needs the new one. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  // There in secure contexts alone; without it two tabs may renew at once, and one signs in again.
  return navigator.locks ? await navigator.locks.request("gardenos.renewal", work) : await work();
}

/** The access token, renewed where it is about to expire or was just refused. */
export async function accessToken(refused: boolean): Promise<string | null> {
  if (session.status === "signed-out") return null;
  if (session.status === "signed-in" && !refused && session.expiresAt - EARLY_MS > Date.now()) {
    return session.accessToken;
  }
  return restore();
}

/** Starts the session's life in this tab. */
export function start(): void {
  takeTokensFrom(accessToken);
  addEventListener("storage", (event) => {
    if (event.key !== KEPT) return;
    if (event.newValue === null) become({ status: "signed-out", reason: null });
    else if (session.status === "signed-out") void restore().catch(() => undefined);
  });
}

/** The session, followed. */
export function useSession(): Session {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );
}

/** Who is signed in. Only for what is shown to them. */
export function useMe(): { user: User; agency: Agency } {
  const now = useSession();
  if (now.status !== "signed-in") throw new Error("nobody is signed in");
  return now;
}

/** Whether the person who is signed in may do what owners and admins alone do; as `useMayWrite`. */
export function useMayAdminister(): boolean {
  const { user } = useMe();
  return user.role === "owner" || user.role === "admin";
}

/** Whether the person who is signed in may change things; the services decide, this only hides what they would refuse. */
export function useMayWrite(): boolean {
  const { user } = useMe();
  return user.role !== "viewer" && user.role !== "auditor";
}
