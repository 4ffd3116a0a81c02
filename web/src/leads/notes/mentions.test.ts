import { expect, it } from "vitest";
import { mention, mentionedIn, pieces, suggested, typedMention } from "./mentions";

const ANN = { id: "1", name: "Ann" };
const LEE = { id: "2", name: "Ann Lee" };
const BOB = { id: "3", name: "Bob Stone" };

it("sees that a name is being typed, and where it begins", () => {
  expect(typedMention("Look @an", 8)).toEqual({ at: 5, word: "an" });
  expect(typedMention("@", 1)).toEqual({ at: 0, word: "" });
  expect(typedMention("(@Ann L", 7)).toEqual({ at: 1, word: "Ann L" });
  expect(typedMention("Look @an and then", 12)).toEqual({ at: 5, word: "an and" });
  expect(typedMention("Look @an and then some", 22)).toBeNull();
  expect(typedMention("ann@lee.example", 15)).toBeNull();
  expect(typedMention("no name", 7)).toBeNull();
});

it("suggests whose name, or a word of it, begins so", () => {
  expect(suggested([LEE, BOB, ANN], "an")).toEqual([ANN, LEE]);
  expect(suggested([LEE, BOB, ANN], "sto")).toEqual([BOB]);
  expect(suggested([LEE, BOB, ANN], "ann l")).toEqual([LEE]);
  expect(suggested([LEE, BOB, ANN], "x")).toEqual([]);
});

it("puts the name in the place of what was typed", () => {
  expect(mention("Look @an now", { at: 5, word: "an" }, "Ann Lee")).toEqual({
    text: "Look @Ann Lee now",
    caret: 14,
  });
  expect(mention("@", { at: 0, word: "" }, "Ann")).toEqual({ text: "@Ann ", caret: 5 });
});

it("tells who is mentioned by the longest name that stands there, each once", () => {
  expect(mentionedIn("@Ann Lee and @Ann, @Ann Lee", [ANN, LEE, BOB])).toEqual(["2", "1"]);
  expect(mentionedIn("@Annabel", [ANN])).toEqual([]);
  expect(pieces("Hi @Ann!", [ANN])).toEqual([
    { text: "Hi ", id: null, at: 0 },
    { text: "@Ann", id: "1", at: 3 },
    { text: "!", id: null, at: 7 },
  ]);
});
