import { describe, expect, it } from "vitest";
import type { ConsumerState, Outbox } from "../api/schema";
import { isTold, needsOf, type Told } from "./health";

const consumer = (more: Partial<ConsumerState> = {}): ConsumerState => ({
  consumer: "reporting.views",
  source: "leads",
  mark: 40,
  head: 40,
  lag_events: 0,
  lag_seconds: 0,
  parked: 0,
  held_up: null,
  fault: null,
  moved_at: "2026-11-24T10:00:00Z",
  progress_at: "2026-11-24T10:00:00Z",
  ...more,
});
const outbox = (more: Partial<Outbox> = {}): Outbox => ({
  head: 40,
  published: 40,
  waiting: 0,
  oldest_seconds: 0,
  fault: null,
  progress_at: "2026-11-24T10:00:00Z",
  ...more,
});
const told = (more: Partial<Told> = {}): Told => ({
  service: "reporting",
  silent: null,
  consumers: [consumer()],
  outbox: outbox(),
  jobs: { waiting: 3, moreWaiting: false, running: 1, failed: 0, moreFailed: false },
  ...more,
});
const titles = (...each: Told[]) => needsOf(each).map(({ title }) => title);

describe("a service of which all is told", () => {
  it("has told of its reading, its publishing and its jobs, or is known not to answer", () => {
    expect(isTold(told())).toBe(true);
    expect(isTold(told({ jobs: null }))).toBe(false);
    expect(isTold(told({ consumers: null, outbox: null, jobs: null }))).toBe(false);
    const silent = { service: "reporting" as const, error: new Error("away"), since: null };
    expect(isTold(told({ silent, consumers: null, outbox: null, jobs: null }))).toBe(true);
  });
});

describe("what needs a hand", () => {
  it("is nothing while all is well, a few events on their way included", () => {
    const onTheirWay = consumer({ head: 52, lag_events: 12, lag_seconds: 3 });
    expect(
      needsOf([told({ consumers: [onTheirWay], outbox: outbox({ waiting: 4, oldest_seconds: 1 }) })]),
    ).toEqual([]);
  });

  it("leads to the dead letters of the consumer that has them", () => {
    expect(needsOf([told({ consumers: [consumer({ parked: 2 })] })])).toMatchObject([
      {
        tone: "bad",
        title: "2 events of Leads are held up at reporting.views",
        look: { view: "dead-letters", service: "reporting", consumer: "reporting.views" },
      },
    ]);
  });

  it("says why a consumer stands still, and not that it is late as well", () => {
    const stands = consumer({
      lag_events: 900,
      lag_seconds: 4000,
      held_up: "the feed of leads lacks event 41",
    });
    expect(needsOf([told({ consumers: [stands] })])).toMatchObject([
      {
        tone: "bad",
        title: "reporting.views does not get on with the events of Leads",
        words: "The feed of leads lacks event 41.",
      },
    ]);
  });

  it("names what stands still before what is late", () => {
    const late = consumer({ lag_events: 1200, lag_seconds: 200 });
    const unpublished = outbox({ waiting: 120, oldest_seconds: 240 });
    const away = { service: "ai", error: new Error("away"), since: null } as const;
    expect(
      titles(
        told({ consumers: [late], outbox: unpublished }),
        told({ service: "ai", silent: away, consumers: null, outbox: null, jobs: null }),
        told({
          service: "comms",
          jobs: { waiting: 0, moreWaiting: false, running: 0, failed: 1, moreFailed: false },
        }),
      ),
    ).toEqual([
      "AI does not answer",
      "A job of Comms failed",
      "reporting.views is 3 min 20 s behind Leads",
      "Reporting has not published 120 events for 4 min",
    ]);
  });

  it("tells a relay that is broken from a broker that is slow", () => {
    const [need] = needsOf([told({ outbox: outbox({ fault: "no broker answers" }) })]);
    expect(need).toMatchObject({ tone: "bad", title: "Reporting cannot publish" });
    expect(need!.words).toContain("No broker answers.");
  });
});
