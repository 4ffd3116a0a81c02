import { expect, it } from "vitest";
import { placeText, readPlace, readRecordSearch } from "./address";

const ID = "0190a000-0000-7000-8000-000000000001";

it("reads what it writes", () => {
  const text = `call:${ID}:transcript:12-80`;
  const place = readPlace(text);
  expect(place).toEqual({
    source_kind: "call",
    source_id: ID,
    source_field: "transcript",
    start: 12,
    end: 80,
  });
  expect(placeText(place!)).toBe(text);
});

it.each(["", "call:1:transcript:1-2", `call:${ID}:owner:1-2`, `call:${ID}`, 7, null, undefined])(
  "leaves %j out",
  (source) => {
    expect(readRecordSearch({ source })).toEqual({});
  },
);
