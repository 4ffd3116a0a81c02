import { ApiProblem } from "../api/problem";

/** How long to wait after too many tries, in words; null where that is not what is wrong. */
export function waitOf(error: unknown): string | null {
  if (!(error instanceof ApiProblem) || error.status !== 429 || error.retryAfter === null) return null;
  return `This was tried too often. Wait ${inWords(error.retryAfter)}, then try again.`;
}

function inWords(seconds: number): string {
  if (seconds === 1) return "a second";
  return seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
