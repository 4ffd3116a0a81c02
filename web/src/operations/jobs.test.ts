import { expect, it } from "vitest";
import { actionsOn, atLeast, inOrder, type Job, kindTitle } from "./jobs";
import type { JobState } from "./search";

const job = (id: string, state: JobState, due_at: string | null, ended_at: string | null = null): Job => ({
  service: "comms",
  id,
  kind: "comms.send-email",
  key: id,
  arguments: {},
  person_id: null,
  state,
  due_at,
  tries: 0,
  delays: 0,
  error: null,
  stop_asked: false,
  correlation_id: "c",
  causation_id: null,
  created_at: "2026-11-24T09:00:00Z",
  begun_at: null,
  ended_at,
});

it("what failed comes first, the latest first; what is to be begun, the soonest first", () => {
  const jobs = [
    job("scheduled", "scheduled", "2026-11-25T09:00:00Z"),
    job("later", "queued", "2026-11-24T10:00:00Z"),
    job("soon", "queued", "2026-11-24T09:30:00Z"),
    job("failed early", "failed", null, "2026-11-24T09:10:00Z"),
    job("failed late", "failed", null, "2026-11-24T09:50:00Z"),
    job("running", "running", "2026-11-24T09:55:00Z"),
  ];
  expect(inOrder(jobs).map(({ id }) => id)).toEqual([
    "failed late",
    "failed early",
    "running",
    "soon",
    "later",
    "scheduled",
  ]);
});

it("only what the service would take is offered", () => {
  expect(actionsOn({ state: "failed", stop_asked: false })).toEqual({ retry: "Retry", cancel: "Cancel" });
  expect(actionsOn({ state: "retrying", stop_asked: false })).toEqual({
    retry: "Do it now",
    cancel: "Cancel",
  });
  expect(actionsOn({ state: "running", stop_asked: false })).toEqual({ retry: null, cancel: "Stop" });
  expect(actionsOn({ state: "running", stop_asked: true })).toEqual({ retry: null, cancel: null });
  expect(actionsOn({ state: "cancelled", stop_asked: false })).toEqual({ retry: "Retry", cancel: null });
});

it("speaks in words", () => {
  expect(kindTitle("ai.read-communication")).toBe("Read communication");
  expect(atLeast(200, true)).toBe("200 or more");
  expect(atLeast(1200, false)).toBe("1,200");
});
