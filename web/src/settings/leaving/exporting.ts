import { useEffect, useRef, useState } from "react";
import { authorizedFetch } from "../../api/client";
import { keep } from "../../api/download";
import { ApiProblem } from "../../api/problem";

/** The services, each of which hands out what it keeps, and what that is in people's words. */
export const PARTS = {
  identity: "People, teams, settings and sign-ins",
  leads: "Leads, campaigns and imports",
  clients: "Clients",
  comms: "Conversations, calls and webhooks",
  ai: "What was read of conversations: insights and their sources",
  reporting: "Figures that reports are made of",
} as const;

export type Part = keyof typeof PARTS;

export const PART_NAMES = Object.keys(PARTS) as Part[];

/** Where one part is on its way here. */
export type Progress =
  | { state: "waiting" }
  | { state: "coming"; bytes: number }
  | { state: "kept"; bytes: number }
  | { state: "failed"; words: string };

export type Export = Record<Part, Progress>;

const all = (progress: Progress): Export =>
  Object.fromEntries(PART_NAMES.map((part) => [part, progress])) as Export;

/** One part, as it comes; `told` hears how much is here. Throws ApiProblem, also where it ends too early. */
export async function received(
  part: Part,
  told: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const address = new URL(`/api/v1/operations/${part}/agency-export`, location.origin);
  const response = await authorizedFetch(new Request(address, { signal }));
  if (!response.ok) throw ApiProblem.from(response, await response.json().catch(() => null));
  const pieces: BlobPart[] = [];
  let bytes = 0;
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      bytes += value.byteLength;
      told(bytes);
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw ApiProblem.unreachable;
  }
  return new Blob(pieces, { type: "application/zip" });
}

const words = (error: unknown): string =>
  error instanceof ApiProblem ? error.message : "It could not be received. Try again.";

/** An export under way: one part after another, each kept as soon as it is whole. What failed can be asked for again. */
export function useExport() {
  const [progress, setProgress] = useState<Export | null>(null);
  const leaving = useRef<AbortController | null>(null);
  useEffect(() => () => leaving.current?.abort(), []);
  const at = (part: Part, now: Progress) => setProgress((before) => ({ ...before!, [part]: now }));
  const run = async (parts: readonly Part[]) => {
    const { signal } = (leaving.current = new AbortController());
    setProgress((before) => (before === null ? all({ state: "waiting" }) : { ...before, ...waiting(parts) }));
    for (const part of parts) {
      at(part, { state: "coming", bytes: 0 });
      try {
        const file = await received(part, (bytes) => at(part, { state: "coming", bytes }), signal);
        keep(file, `gardenos-${part}.zip`);
        at(part, { state: "kept", bytes: file.size });
      } catch (error) {
        if (signal.aborted) return;
        at(part, { state: "failed", words: words(error) });
      }
    }
  };
  const states = progress === null ? [] : Object.values(progress);
  const busy = states.some(({ state }) => state === "coming" || state === "waiting");
  const left = progress === null ? [] : PART_NAMES.filter((part) => progress[part].state === "failed");
  return { progress, busy, left, begin: () => void run(PART_NAMES), again: () => void run(left) };
}

const waiting = (parts: readonly Part[]): Partial<Export> =>
  Object.fromEntries(parts.map((part) => [part, { state: "waiting" }]));
