import { describe, expect, it } from "vitest";
import { placeOf } from "./span";

describe("where a quote stands", () => {
  it("is counted in code points, so that an emoji before it moves nothing", () => {
    const text = "Agent: 👋🏽 hi!\nMaria: my premium is $1,240 🙈 a year";
    const quote = "$1,240 🙈 a year";
    const start = Array.from(text.slice(0, text.indexOf(quote))).length;
    expect(start).toBeLessThan(text.indexOf(quote));
    expect(placeOf(text, { quote, start, end: start + Array.from(quote).length })).toEqual([
      text.indexOf(quote),
      text.length,
    ]);
  });

  it("is nowhere when what stands at the offsets is not the quote", () => {
    expect(placeOf("my premium is $1,240", { quote: "$1,240", start: 13, end: 19 })).toBeNull();
    expect(placeOf("short", { quote: "longer than it", start: 2, end: 16 })).toBeNull();
    expect(placeOf("short", { quote: "", start: 2, end: 2 })).toBeNull();
  });

  it("may be all of the text, line ends and all", () => {
    expect(placeOf("a\r\nb", { quote: "a\r\nb", start: 0, end: 4 })).toEqual([0, 4]);
  });
});
