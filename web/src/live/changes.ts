import { EventSourceParserStream } from "eventsource-parser/stream";
import { authorizedFetch } from "../api/client";

/** Something changed that the person who is signed in may see. Carries no personal data: what changed is asked for. */
export interface Change {
  resource: string;
  id: string;
  version: number;
  type: string;
  person_id: string | null;
  lead_id: string | null;
  client_id: string | null;
}

/** What the stream says: a change, or that some may have been missed and everything shown may be stale. */
export type News = { kind: "change"; change: Change } | { kind: "resync" };

/** `live`: changes arrive as they happen. `away`: they do not, and it is tried again. */
export type Connection = "connecting" | "live" | "away";

const STREAM = "/api/v1/changes";
const SILENCE_MS = 40_000;

interface Listener {
  news: (news: News) => void;
  connection: (connection: Connection) => void;
}

type Told = { news: News | null; position: string | null } | { connection: Connection } | { hello: true };

/**
 * One stream a browser: the tab that holds the lock reads it and tells the others, for a browser opens few connections
 * to one address. When that tab closes, the next takes over from the last position that was heard.
 */
export function follow({ news, connection }: Listener): () => void {
  const stopped = new AbortController();
  const others = new BroadcastChannel("gardenos.changes");
  let position: string | null = null;
  let state: Connection = "connecting";
  let leads = false;

  const become = (next: Connection) => {
    state = next;
    connection(next);
    others.postMessage({ connection: next } satisfies Told);
  };
  others.addEventListener("message", ({ data }: MessageEvent<Told>) => {
    if ("hello" in data) {
      if (leads) others.postMessage({ connection: state } satisfies Told);
    } else if ("connection" in data) connection(data.connection);
    else {
      position = data.position ?? position;
      if (data.news !== null) news(data.news);
    }
  });
  others.postMessage({ hello: true } satisfies Told);

  const lead = async () => {
    leads = true;
    let failures = 0;
    while (!stopped.signal.aborted) {
      try {
        await read(
          position,
          (heard, at) => {
            position = at ?? position;
            if (heard !== null) news(heard);
            others.postMessage({ news: heard, position } satisfies Told);
          },
          () => {
            failures = 0;
            become("live");
          },
          stopped.signal,
        );
      } catch {
        failures += 1;
      }
      if (stopped.signal.aborted) return;
      if (failures > 0) become("away");
      await pause(Math.min(1000 * 2 ** failures, 15_000) * (0.5 + Math.random() / 2), stopped.signal);
    }
  };
  const led = navigator.locks
    ? navigator.locks.request("gardenos.changes", { signal: stopped.signal }, lead)
    : lead();
  led.catch(() => undefined);
  return () => {
    stopped.abort();
    others.close();
  };
}

async function read(
  position: string | null,
  heard: (news: News | null, position: string | null) => void,
  connected: () => void,
  signal: AbortSignal,
): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const headers: Record<string, string> = { Accept: "text/event-stream" };
  if (position !== null) headers["Last-Event-ID"] = position;
  const request = new Request(new URL(STREAM, location.origin), {
    headers,
    signal: AbortSignal.any([signal, silence.signal]),
  });
  try {
    const response = await authorizedFetch(request);
    if (!response.ok || !response.body) throw new Error(`the stream answered ${response.status}`);
    connected();
    const alive = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        // Heartbeats count too: silence means that the line is dead.
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        controller.enqueue(chunk);
      },
    });
    const events = response.body
      .pipeThrough(alive)
      .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
      .pipeThrough(new EventSourceParserStream());
    const reader = events.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      // Named events are about the stream; each, like every change, tells how far it has been heard.
      const at = value.id ?? null;
      if (value.event === undefined) heard({ kind: "change", change: JSON.parse(value.data) as Change }, at);
      else heard(mayHaveMissed(value.event, position) ? { kind: "resync" } : null, at);
      if (value.event === "expired") return;
    }
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A stream that goes on from nowhere tells nothing of what changed between its beginning and what is shown, which was
 * asked for before.
 */
function mayHaveMissed(event: string, position: string | null): boolean {
  return event === "resync" || (event === "ready" && position === null);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
