import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventName, TITLES } from "./eventNames";

/** `leads.LeadCaptured` for each event that was ever published: the contracts keep a schema of every one. */
const PUBLISHED = new Set(
  readdirSync(join(import.meta.dirname, "../../../libs/contracts/src/gardenos_contracts/published"))
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.replace(/\.v\d+\.json$/, "")),
);

describe("an event's name", () => {
  it("is there for each that is published, and for no other", () => {
    expect(PUBLISHED.size).toBeGreaterThan(100);
    expect([...PUBLISHED].filter((name) => !(name in TITLES))).toEqual([]);
    expect(Object.keys(TITLES).filter((name) => !PUBLISHED.has(name))).toEqual([]);
  });

  it("is another for each, and has nothing of code", () => {
    const titles = Object.values(TITLES);
    expect(titles.filter((title, place) => titles.indexOf(title) !== place)).toEqual([]);
    expect(titles.filter((title) => !/^(API|[A-Z][a-z’-]*)( [a-z’-]+)*$/.test(title))).toEqual([]);
  });

  it("is the same in each version", () => {
    expect(eventName("leads.LeadInquired.v2")).toEqual({
      title: "Lead asked for insurance",
      source: "leads",
      version: "2",
    });
  });

  it("is made of its class where another team's project publishes it", () => {
    expect(eventName("letters.SMSSent.v1").title).toBe("SMS sent");
    expect(eventName("something else")).toEqual({ title: "something else", source: null, version: null });
  });
});
