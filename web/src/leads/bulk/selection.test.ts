import { expect, it } from "vitest";
import { chosenOf } from "./queries";
import { howMuch, NOTHING, withRows } from "./selection";

const shown = ["a", "b", "c"];

it("rows are chosen and left again", () => {
  const one = withRows(NOTHING, ["a"], true, shown);
  const two = withRows(one, ["b", "c"], true, shown);
  expect(howMuch(NOTHING, shown)).toBe("none");
  expect(howMuch(one, shown)).toBe("some");
  expect(howMuch(two, shown)).toBe("all");
  expect(withRows(two, ["a", "b", "c"], false, shown)).toEqual(NOTHING);
  expect(one).toEqual({ all: false, ids: new Set(["a"]) });
});

it("of all that match, what is taken away leaves those that are shown", () => {
  const all = { all: true } as const;
  expect(withRows(all, ["a"], true, shown)).toBe(all);
  expect(withRows(all, ["a"], false, shown)).toEqual({ all: false, ids: new Set(["b", "c"]) });
});

it("the service is told of ids, or of what the list is narrowed to", () => {
  expect(chosenOf(withRows(NOTHING, ["a"], true, shown), { q: "x" })).toEqual({ ids: ["a"] });
  const filter = { all: [{ field: "tags", op: "is_empty" }] };
  expect(chosenOf({ all: true }, { q: "x", owner: ["none", "u"], stage: ["new"], filter, idle: 7 })).toEqual({
    matching: {
      q: "x",
      pipeline: undefined,
      stage_key: [],
      rotting: false,
      recycled: false,
      stage: ["new"],
      campaign_id: [],
      owner_id: ["u"],
      in_pool: true,
      not_contacted_for_days: 7,
      filter,
    },
  });
});
