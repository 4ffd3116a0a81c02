import { useSyncExternalStore } from "react";
import { api, confirmBy, data, takeTokensFrom, tellOfAgency } from "../api/client";
import { ApiProblem } from "../api/problem";
import type { Session as SessionAnswer } from "../api/schema";
import { askToConfirm } from "./confirming";

export type User = SessionAnswer["user"];
export type Agency = SessionAnswer["agency"];

/** Who is signed in, in this tab. `restoring`: a session was kept, and is being taken up again. */
export type Session =
  | { status: "restoring" }
  | { status: "signed-out"; reason: string | null }
  /** A session is kept, and its agency stands still: the problem's type, and why, in words. */
  | { status: "at-rest"; type: string; words: string }
  | { status: "signed-in"; user: User; agency: Agency; accessToken: string; expiresAt: number };

const KEPT = "gardenos.session";
/** Which agency the kept session is in: the other tabs follow a switch by it. */
const AGENCY = "gardenos.agency";
const EARLY_MS = 30_000;

let session: Session = kept() === null ? { status: "signed-out", reason: null } : { status: "restoring" };
const listeners = new Set<() => void>();

let forget: () => void = () => undefined;

function become(next: Session): void {
  // What one person was shown is not shown to the next, nor to the same in another agency. Where there was nobody, what is
  // asked for goes on.
  const before = whoIn(session);
  session = next;
  if (before !== null && before !== whoIn(next)) forget();
  for (const listener of listeners) listener();
}

const whoIn = (now: Session): string | null =>
  now.status === "signed-in" ? `${now.agency.id} ${now.user.id}` : null;

function kept(): string | null {
  return localStorage.getItem(KEPT);
}

/** A session begins in this tab; gives its access token. */
export function begin(answer: SessionAnswer): string {
  localStorage.setItem(KEPT, answer.refresh_token);
  localStorage.setItem(AGENCY, answer.agency.id);
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

/** Proves anew that it is they who are signed in: for some minutes what asks for it may be done. Throws ApiProblem. */
export async function confirm(password: string, code: string | null): Promise<void> {
  const answer = await data(api.POST("/api/v1/sessions/confirmation", { body: { password, code } }));
  const expiresAt = Date.now() + answer.expires_in * 1000;
  if (session.status === "signed-in") become({ ...session, accessToken: answer.access_token, expiresAt });
}

/** Goes on in another agency that this login opens, here and in every other tab of this browser. Throws ApiProblem. */
export async function switchAgency(agencyId: string): Promise<void> {
  const token = await accessToken(false);
  // Nobody renews what is being given up.
  await alone(async () => {
    const response = await fetch("/api/v1/sessions/switch", {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
      body: JSON.stringify({ agency_id: agencyId }),
    }).catch(() => {
      throw ApiProblem.unreachable;
    });
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw ApiProblem.from(response, answer);
    begin(answer as SessionAnswer);
  });
}

/** What the agency has settled shows at once. */
export function describeAgency(agency: Agency): void {
  if (session.status === "signed-in" && session.agency.id === agency.id) become({ ...session, agency });
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
  if (!response) throw ApiProblem.unreachable;
  const problem = ApiProblem.from(response, await response.json().catch(() => null));
  if (!problem.isOfAgency) throw problem;
  rest(problem);
  return null;
}

/** The agency stands still; the session is kept, and goes on when the agency does. */
function rest({ type, message: words }: ApiProblem): void {
  if (session.status !== "at-rest" || session.words !== words) become({ status: "at-rest", type, words });
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

/** Starts the session's life in this tab. `forgetAnswers`: what to do when somebody else begins, or nobody is left. */
export function start(forgetAnswers: () => void): void {
  forget = forgetAnswers;
  takeTokensFrom(accessToken);
  confirmBy(askToConfirm);
  // It may be another agency that is meant, into which somebody was invited: the session itself is asked.
  tellOfAgency(() => void restore().catch(() => undefined));
  addEventListener("storage", (event) => {
    if (event.key === AGENCY && session.status === "signed-in" && event.newValue !== session.agency.id) {
      // Another tab has gone to another agency: what is shown here is of the one that was left.
      void restore().catch(() => undefined);
    }
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

/** Whether the person who is signed in changes this record only once they have claimed it: an agent, what nobody has. */
export function useMustClaim(record: { owner_id: string | null }): boolean {
  const { user } = useMe();
  return user.role === "agent" && record.owner_id === null;
}

/** Whether the person who is signed in may change things; the services decide, this only hides what they would refuse. */
export function useMayWrite(): boolean {
  const { user } = useMe();
  return user.role !== "viewer" && user.role !== "auditor";
}
