import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { follow, type News } from "./changes";

const CHANGE = { resource: "lead", id: "a", version: 2, type: "leads.LeadAssigned.v1" };

let asked: (string | null)[];
let streams: string[];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(request.headers.get("last-event-id"));
    const text = streams.shift();
    return text === undefined ? new Promise(() => undefined) : Promise.resolve(new Response(text));
  });
});
afterEach(() => vi.unstubAllGlobals());

it("tells changes and what was missed, and goes on from the last that was heard", async () => {
  streams = [
    `id: 4\nevent: ready\ndata: {"position": 4}\n\n: still here\n\nid: 5\ndata: ${JSON.stringify(CHANGE)}\n\n` +
      `id: 9\nevent: expired\ndata: {"position": 9}\n\n`,
    `id: 12\nevent: resync\ndata: {"position": 12}\n\n`,
  ];
  const heard: News[] = [];
  const stop = follow({ news: (news) => heard.push(news), connection: () => undefined });
  await vi.waitFor(() => expect(asked).toEqual([null, "9", "12"]), { timeout: 5000 });
  stop();
  expect(heard).toEqual([{ kind: "resync" }, { kind: "change", change: CHANGE }, { kind: "resync" }]);
});

it("takes what was shown before the stream began for stale, but not what it goes on from", async () => {
  streams = [
    `id: 4\nevent: ready\ndata: {"position": 4}\n\nid: 4\nevent: expired\ndata: {"position": 4}\n\n`,
    `id: 4\nevent: ready\ndata: {"position": 4}\n\nid: 4\nevent: expired\ndata: {"position": 4}\n\n`,
  ];
  const heard: News[] = [];
  const stop = follow({ news: (news) => heard.push(news), connection: () => undefined });
  await vi.waitFor(() => expect(asked).toEqual([null, "4", "4"]), { timeout: 10_000 });
  stop();
  expect(heard).toEqual([{ kind: "resync" }]);
});
