import { describe, expect, it } from "vitest";
import type { Webhook } from "../../api/schema";
import { choiceInWords, eventTitle, found, standing } from "./words";

const event = (type: string, words: string) => ({
  type,
  service: type.split(".")[0]!,
  words,
  personal: false,
});
const EVENTS = [
  event("leads.LeadCaptured.v1", "A prospect became known."),
  event("clients.PolicyIssued.v2", "A policy is in force."),
];

describe("an event", () => {
  it("is called by its name in words", () => {
    expect(eventTitle("leads.LeadCaptured.v1")).toBe("Lead captured");
    expect(eventTitle("clients.PolicyIssued.v12")).toBe("Policy issued");
    expect(eventTitle("webhook.test")).toBe("Test");
  });

  it("is found by any words of its own", () => {
    expect(found(EVENTS, "")).toEqual(EVENTS);
    expect(found(EVENTS, "captured prospect")).toEqual([EVENTS[0]]);
    expect(found(EVENTS, "clients. FORCE")).toEqual([EVENTS[1]]);
    expect(found(EVENTS, "captured policy")).toEqual([]);
  });
});

describe("a webhook", () => {
  it("says which events it is sent", () => {
    expect(choiceInWords({ event_types: null })).toBe("all events");
    expect(choiceInWords({ event_types: ["leads.LeadCaptured.v1"] })).toBe("Lead captured");
    expect(choiceInWords({ event_types: EVENTS.map(({ type }) => type) })).toBe("2 kinds of events");
  });

  it("stands in red where it paused by itself, and not where somebody paused it", () => {
    const paused = { state: "paused", failing_since: null } as Webhook;
    expect(standing({ ...paused, paused_because: "by hand" })).toEqual({ word: "Paused", tone: "plain" });
    expect(standing({ ...paused, paused_because: "it failed for days" }).tone).toBe("bad");
    expect(standing({ ...paused, state: "active", failing_since: "2026-11-28T08:00:00Z" }).word).toBe(
      "Failing",
    );
  });
});
