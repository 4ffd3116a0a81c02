import { describe, expect, it } from "vitest";
import { fromField, toField } from "./clock";

describe("times entered in the agency's zone", () => {
  it("are that zone's, whatever this machine's is", () => {
    expect(fromField("2026-03-03T14:30", "America/Chicago")).toBe("2026-03-03T20:30:00.000Z");
    expect(fromField("2026-07-03T14:30", "America/Chicago")).toBe("2026-07-03T19:30:00.000Z");
    expect(toField(new Date("2026-07-03T04:30:00Z"), "America/Chicago")).toBe("2026-07-02T23:30");
  });

  it("come back as they were", () => {
    const entered = "2026-11-01T12:05";
    expect(toField(new Date(fromField(entered, "America/New_York")!), "America/New_York")).toBe(entered);
  });

  it("are none where nothing was entered", () => {
    expect(fromField("", "America/Chicago")).toBeNull();
  });
});
