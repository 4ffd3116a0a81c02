import { describe, expect, it } from "vitest";
import { fileNameOf } from "./download";

describe("fileNameOf", () => {
  it("is what the answer says, or nothing", () => {
    expect(fileNameOf('attachment; filename="response-times-2026.csv"')).toBe("response-times-2026.csv");
    expect(fileNameOf("inline")).toBeNull();
    expect(fileNameOf(null)).toBeNull();
  });
});
