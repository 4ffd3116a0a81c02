import createClient from "openapi-fetch";
import { ApiProblem } from "./problem";
import type { paths } from "./schema";

/** Gives the access token to send, or null where nobody is signed in; `renew` asks for one that was not just refused. */
export type TokenSource = (renew: boolean) => Promise<string | null>;

let tokenSource: TokenSource = () => Promise.resolve(null);

/** The session tells the client where its tokens come from. */
export function takeTokensFrom(source: TokenSource): void {
  tokenSource = source;
}

let agencyRefused: () => void = () => undefined;

/** The session is told when a whole agency is refused, whichever request found it out. */
export function tellOfAgency(listener: () => void): void {
  agencyRefused = listener;
}

let confirmed: () => Promise<boolean> = () => Promise.resolve(false);

/** The session asks whoever is signed in to confirm that it is they, and says whether they did. */
export function confirmBy(ask: () => Promise<boolean>): void {
  confirmed = ask;
}

/**
 * `fetch` with the session's token; a refused one is renewed once. What asks for a confirmation is sent again once it is
 * given. Throws ApiProblem where nothing answers.
 */
export async function authorizedFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const first = await renewing(request);
  if (first.status !== 403 || !(await problemOf(first)).asksToConfirm) return first;
  return (await confirmed()) ? renewing(again) : first;
}

async function renewing(request: Request): Promise<Response> {
  const again = request.clone();
  const first = await heard(request, await tokenSource(false));
  if (first.status !== 401) return first;
  const renewed = await tokenSource(true);
  return renewed === null ? first : heard(again, renewed);
}

async function heard(request: Request, token: string | null): Promise<Response> {
  const response = await sent(request, token);
  // Where nobody is signed in, it is the way in that says it.
  if (response.status === 403 && token !== null && (await problemOf(response)).isOfAgency) agencyRefused();
  return response;
}

/** What is wrong, by an answer that can still be read afterwards. */
async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return ApiProblem.from(response, body);
}

/** `fetch` with a token. Throws ApiProblem where nothing answers. */
export async function sent(request: Request, token: string | null): Promise<Response> {
  if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw ApiProblem.unreachable;
  }
}

/** Every operation of the platform, typed by its OpenAPI document. */
export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  fetch: authorizedFetch,
  querySerializer: { array: { style: "form", explode: true } },
});

/** Data with the version that the next change must name. */
export interface Versioned<T> {
  data: T;
  etag: string | null;
}

interface Answer<D> {
  data?: D;
  error?: unknown;
  response: Response;
}

/** The data of an answer. Throws ApiProblem. */
export async function data<D>(answer: Promise<Answer<D>>): Promise<NonNullable<D>> {
  return (await versioned(answer)).data;
}

/** The data of an answer with its ETag. Throws ApiProblem. */
export async function versioned<D>(answer: Promise<Answer<D>>): Promise<Versioned<NonNullable<D>>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw ApiProblem.from(response, error);
  return { data: data as NonNullable<D>, etag: response.headers.get("etag") };
}

/** A new Idempotency-Key: the same command sent again under it is carried out once. */
export function newKey(): string {
  // randomUUID is there in secure contexts alone, and an office's own network may not be one.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
