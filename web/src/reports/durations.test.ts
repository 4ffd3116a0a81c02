import { describe, expect, it } from "vitest";
import { bandInWords, tick, ticksFor } from "./durations";

describe("ticksFor", () => {
  it.each([
    [50, 5, ["0", "1 min"]],
    [290, 5, ["0", "1 min", "2 min", "3 min", "4 min", "5 min"]],
    [9 * 3600, 4, ["0", "3 h", "6 h", "9 h"]],
    [33 * 86_400, 5, ["0", "10 d", "20 d", "30 d", "40 d"]],
    [3 * 365 * 86_400, 5, ["0", "1 y", "2 y", "3 y"]],
    [0, 5, ["0", "1 min"]],
  ])("reaches %d seconds in at most %d steps", (most, count, expected) => {
    const ticks = ticksFor(most, count);
    expect(ticks.map(tick)).toEqual(expected);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
  });

  it("finds a step for any length", () => {
    for (const most of [1, 61, 3601, 100_000, 5_000_000, 2e9]) {
      const ticks = ticksFor(most, 4);
      expect(ticks.length).toBeLessThanOrEqual(5);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
    }
  });
});

describe("bandInWords", () => {
  it("says both ends, or the one there is", () => {
    expect(bandInWords({ from: 0, to: 60 })).toBe("under 1 min");
    expect(bandInWords({ from: 3600, to: 86_400 })).toBe("1 h to 1 d");
    expect(bandInWords({ from: 30 * 86_400, to: null })).toBe("30 d or more");
  });
});
