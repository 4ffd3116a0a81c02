import { expect, it } from "vitest";
import type { Lead } from "../../api/schema";
import { changesOf, draftOf } from "./draft";

const lead = {
  stage_key: "new",
  line_of_business: null,
  x_date: "2027-01-02",
  owner_id: "u",
  tags: ["a", "b"],
  current_carrier: "Acme",
  state: null,
} as Lead;

it("only what differs is changed, and what is emptied is nothing", () => {
  const before = draftOf(lead);
  expect(changesOf(before, { ...before })).toEqual({ details: {}, tags: null, stage: null, owner: null });
  const after = { ...before, current_carrier: " ", line_of_business: "auto", owner_id: "", stage: "quoted" };
  expect(changesOf(before, after)).toEqual({
    details: { current_carrier: null, line_of_business: "auto" },
    tags: null,
    stage: "quoted",
    owner: { owner_id: null },
  });
});

it("tags are given and taken one by one, so that two at once do not undo one another", () => {
  const before = draftOf(lead);
  expect(changesOf(before, { ...before, tags: "b, c,, c " }).tags).toEqual({ add: ["c"], remove: ["a"] });
});
