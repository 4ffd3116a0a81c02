import { describe, expect, it } from "vitest";
import { common, historyAt, rangeOf, turnsOf } from "./spans";

const TRANSCRIPT = [
  "Agent: Good morning, this is Ann.",
  "María: Hi 👋 I'm with State Farm.",
  "It renews on March 15.",
  "Agent: Note: I'll call back.",
].join("\n");

describe("rangeOf", () => {
  it("counts an emoji before the span as one", () => {
    const points = [...TRANSCRIPT];
    const start = points.join("").indexOf("State Farm") - 1; // one code unit more than code points before it
    const [from, to] = rangeOf(TRANSCRIPT, { start, end: start + "State Farm".length });
    expect(points.slice(start, start + 10).join("")).toBe("State Farm");
    expect(TRANSCRIPT.slice(from, to)).toBe("State Farm");
  });

  it("stays within the text", () => {
    expect(rangeOf("abc", { start: 1, end: 99 })).toEqual([1, 3]);
    expect(rangeOf("abc", { start: 7, end: 99 })).toEqual([3, 3]);
    expect(rangeOf("abc", { start: 0, end: 3 })).toEqual([0, 3]);
    expect(rangeOf("", { start: 0, end: 0 })).toEqual([0, 0]);
  });
});

describe("turnsOf", () => {
  it("tells who says what, over several lines", () => {
    const said = turnsOf(TRANSCRIPT).map(({ speaker, ours, range }) => [
      speaker,
      ours,
      TRANSCRIPT.slice(...range),
    ]);
    expect(said).toEqual([
      ["Agent", true, "Good morning, this is Ann."],
      ["María", false, "Hi 👋 I'm with State Farm.\nIt renews on March 15."],
      ["Agent", true, "Note: I'll call back."],
    ]);
  });

  it("makes a turn of each line where nobody is named", () => {
    const text = "hello\n\n  we spoke: about a boat \n";
    expect(turnsOf(text).map(({ range }) => text.slice(...range))).toEqual([
      "hello",
      "we spoke: about a boat",
    ]);
  });

  it("keeps what stands before the first speaker", () => {
    const text = "Recorded line.\n[00:12] Ana Ruiz: Hello.";
    expect(turnsOf(text).map(({ speaker, range }) => [speaker, text.slice(...range)])).toEqual([
      [null, "Recorded line."],
      ["Ana Ruiz", "Hello."],
    ]);
  });
});

const history = (text: string) => text.slice(historyAt(text));

describe("historyAt", () => {
  it.each([
    [
      "Yes, please.\n\nOn Mon, Mar 16, 2026 at 10:00 AM Ann <ann@x.example> wrote:\n> Shall I?",
      "On Mon, Mar 16",
    ],
    ["See below.\n-----Original Message-----\nFrom: Ann", "-----Original Message"],
    ["FYI\n\nFrom: Ann <ann@x.example>\nSent: Monday\nSubject: Quote\n\nHello", "From: Ann"],
    ["Fine with me.\n> Shall I?\n> Ann\n", "> Shall I?"],
  ])("finds where %j begins to quote", (text, begins) => {
    expect(history(text).startsWith(begins)).toBe(true);
  });

  it("takes no answer between the lines for history, nor what is only mentioned", () => {
    expect(history("> Shall I?\nYes.")).toBe("");
    expect(history("On Monday I wrote: nothing.")).toBe("");
  });
});

describe("common", () => {
  it("is what both have, or null", () => {
    expect(common([0, 10], [5, 20])).toEqual([5, 10]);
    expect(common([0, 5], [5, 20])).toBeNull();
  });
});
