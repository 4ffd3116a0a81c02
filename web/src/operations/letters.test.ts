import { expect, it } from "vitest";
import { heldUp, keyOf, latestDiscarded, type Letter, redrivenInWords } from "./letters";

const letter = (sequence: number, stream: string, more: Partial<Letter> = {}): Letter => ({
  service: "reporting",
  consumer: "reporting.views",
  source: "leads",
  sequence,
  stream_id: stream,
  type: "leads.LeadCaptured.v1",
  error: "ValueError",
  attempts: 3,
  parked_at: `2026-11-24T10:00:${String(sequence).padStart(2, "0")}Z`,
  tried_at: "2026-11-24T10:01:00Z",
  discarded_at: null,
  discarded_by: null,
  discarded_because: null,
  ...more,
});

it("what waits stands behind what it waits for, each aggregate on its own", () => {
  const shown = heldUp([letter(9, "a"), letter(4, "b"), letter(7, "a"), letter(8, "a")]);
  expect(shown.map(({ head, behind }) => [head.sequence, behind.map(({ sequence }) => sequence)])).toEqual([
    [4, []],
    [7, [8, 9]],
  ]);
});

it("the same aggregate holds up two consumers apart", () => {
  const shown = heldUp([letter(1, "a"), letter(2, "a", { service: "ai", consumer: "ai.reading-list" })]);
  expect(shown.map(({ key }) => key)).toEqual([
    "reporting/reporting.views/leads/1",
    "ai/ai.reading-list/leads/2",
  ]);
  expect(keyOf(shown[1]!.head)).toBe(shown[1]!.key);
});

it("what was discarded stands each on its own, the latest first", () => {
  const shown = latestDiscarded([
    letter(1, "a", { discarded_at: "2026-11-24T10:00:00Z" }),
    letter(2, "a", { discarded_at: "2026-11-24T11:00:00Z" }),
  ]);
  expect(shown.map(({ head, behind }) => [head.sequence, behind.length])).toEqual([
    [2, 0],
    [1, 0],
  ]);
});

function inWords(applied: number, left: number, error: string | null) {
  const { well, title, words } = redrivenInWords({ applied, left, error });
  return [well, title, words];
}

it("says what became of an aggregate's events", () => {
  expect(inWords(1, 0, null)).toEqual([true, "", "One event was taken"]);
  expect(inWords(3, 0, null)).toEqual([true, "", "3 events were taken, in order"]);
  expect(inWords(500, 20, null)[2]).toBe(
    "500 events were taken, in order; 20 are left. Redrive again to go on.",
  );
  expect(inWords(0, 3, "KeyError")).toEqual([
    false,
    "It failed again",
    "KeyError. It and 2 behind it wait as before.",
  ]);
  expect(inWords(1, 1, "KeyError.")).toEqual([
    false,
    "One event was taken, then one failed again",
    "KeyError. It waits as before.",
  ]);
});
