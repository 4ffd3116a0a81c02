import { describe, expect, it } from "vitest";
import { readDuration } from "./duration";

describe("a length of time", () => {
  it.each([
    ["5:30", 330],
    ["0:45", 45],
    ["90:00", 5400],
    ["1:05:30", 3930],
    ["5", 300],
    ["2.5", 150],
    ["5 min", 300],
    ["5min 30s", 330],
    ["1 h 20 min", 4800],
    ["2 hours", 7200],
    ["45 s", 45],
    ["", 0],
  ])("%j is read", (written, seconds) => {
    expect(readDuration(written)).toBe(seconds);
  });

  it.each(["five", "5:75", "5:3", "-5", "5 minutes or so"])("%j is none", (written) => {
    expect(readDuration(written)).toBeNull();
  });
});
