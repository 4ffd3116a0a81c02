import createClient from "openapi-fetch";
import { useSyncExternalStore } from "react";
import { data, sent } from "../api/client";
import type { OperatorSession, paths } from "../api/schema";

/**
 * An operator's session, apart from an agency's: in this tab alone, gone with it, and shown to operators' own operations alone.
 */
export type OperatorNow =
  { status: "out"; reason: string | null } | { status: "in"; session: OperatorSession };

const KEPT = "gardenos.operator";

let now: OperatorNow = kept();
const listeners = new Set<() => void>();

function kept(): OperatorNow {
  const text = sessionStorage.getItem(KEPT);
  if (text === null) return { status: "out", reason: null };
  return { status: "in", session: JSON.parse(text) as OperatorSession };
}

function become(next: OperatorNow): void {
  now = next;
  if (next.status === "in") sessionStorage.setItem(KEPT, JSON.stringify(next.session));
  else sessionStorage.removeItem(KEPT);
  for (const listener of listeners) listener();
}

async function operatorFetch(request: Request): Promise<Response> {
  const shown = now.status === "in" ? now.session.token : null;
  const response = await sent(request, shown);
  // It was this session that ended, and not the one that has begun since.
  if (response.status === 401 && now.status === "in" && now.session.token === shown)
    become({ status: "out", reason: "Your session has ended. Please sign in again." });
  return response;
}

/** Operators' operations; to others it shows nothing that they would take. */
export const operatorApi = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  fetch: operatorFetch,
  querySerializer: { array: { style: "form", explode: true } },
});

/** Signs in, by all three at once. Throws ApiProblem. */
export async function enter(email: string, password: string, code: string): Promise<void> {
  const body = { email, password, code };
  become({ status: "in", session: await data(operatorApi.POST("/api/v1/operators/sessions", { body })) });
}

/** Signs out. */
export async function leave(): Promise<void> {
  try {
    await operatorApi.DELETE("/api/v1/operators/sessions/current");
  } catch {
    // Nobody could be told; the session ends by itself, and this tab forgets it now.
  }
  become({ status: "out", reason: null });
}

/** Who operates in this tab, followed. */
export function useOperator(): OperatorNow {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
}
