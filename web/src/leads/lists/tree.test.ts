import { expect, it } from "vitest";
import { begun, type Filter, knownFields } from "./filter";
import { added, conditionsIn, draftOf, type Group, put, said, without } from "./tree";

const known = knownFields([]);
const state = { field: "state", op: "is", value: ["WI", "IL"] };
const idle = { field: "idle_since", op: "not_in_last", value: 7 };
const vip = { field: "tags", op: "has_any", value: ["VIP"] };
const filter: Filter = { all: [{ any: [state, { all: [vip] }] }, idle] };

it("a filter is built on from what it was", () => {
  const tree = draftOf(filter, known);
  expect(said(tree)).toEqual(filter);
  expect(conditionsIn(tree)).toBe(3);
  const inner = tree.parts[0] as Group;
  const deepest = inner.parts[1] as Group;
  const more = added(tree, deepest.id, { id: "new", kind: "condition", condition: idle });
  expect(said(more)).toEqual({ all: [{ any: [state, { all: [vip, idle] }] }, idle] });
  expect(said(put(more, { id: "new", kind: "condition", condition: state }))).toEqual({
    all: [{ any: [state, { all: [vip, state] }] }, idle],
  });
  expect(said(put(tree, { ...inner, of: "all" }))).toEqual({ all: [{ all: [state, { all: [vip] }] }, idle] });
});

it("what is taken out leaves no empty group behind, and neither does what was not said", () => {
  const tree = draftOf(filter, known);
  const inner = tree.parts[0] as Group;
  expect(said(without(tree, inner.parts[1]!.id))).toEqual({ all: [{ any: [state] }, idle] });
  expect(said(without(tree, inner.id))).toEqual({ all: [idle] });
  expect(said(draftOf({ all: [{ any: [{ field: "city", op: "is", value: "" }] }] }, known))).toBeUndefined();
  const empty = draftOf(undefined, known);
  expect(empty.parts.map((part) => part.kind === "condition" && part.condition)).toEqual([begun(known[0]!)]);
  expect(said(without(empty, empty.parts[0]!.id))).toBeUndefined();
});
