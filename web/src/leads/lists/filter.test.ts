import { expect, it } from "vitest";
import type { LeadField } from "../../api/schema";
import { begun, entry, isWhole, knownFields, OPERATORS, readFilter, said } from "./filter";

const own = {
  key: "roof_age",
  label: "Age of the roof",
  kind: "number",
  options: [] as string[],
} as LeadField;
const known = knownFields([own]);

it("says conditions in words", () => {
  const idle = { field: "last_contacted_at", op: "not_in_last", value: 7 };
  expect(said(idle, known)).toBe("Last contact not in the last 7 days");
  expect(said({ field: "stage", op: "is", value: ["new", "quoted"] }, known)).toBe("Stage is New, Quoted");
  expect(said({ field: "fields.roof_age", op: "at_least", value: 15 }, known)).toBe(
    "Age of the roof at least 15",
  );
  expect(said({ field: "x_date", op: "is_empty" }, known)).toBe("X-date is not known");
  expect(said({ any: [idle, { field: "tags", op: "has_any", value: ["VIP"] }] }, known)).toBe(
    "Last contact not in the last 7 days or Tags any of VIP",
  );
  const state = { field: "state", op: "is", value: ["WI", "IL"] };
  expect(
    said({ all: [{ any: [state, idle] }, { any: [{ field: "score", op: "above", value: 60 }] }] }, known),
  ).toBe("(State is WI, IL or Last contact not in the last 7 days) and Score above 60");
  expect(said({ field: "fields.gone", op: "is", value: 1 }, known)).toBe("fields.gone");
});

it("reads what is a filter out of an address, and nothing else", () => {
  const filter = {
    all: [{ field: "stage", op: "is", value: "new" }, { any: [{ field: "x_date", op: "is_empty" }] }],
  };
  expect(readFilter(filter)).toEqual(filter);
  expect(readFilter({ all: [{ any: [{ all: [] }] }] })).toBeUndefined();
  const nested = (deep: number): object =>
    deep === 0 ? { field: "x_date", op: "is_empty" } : { any: [nested(deep - 1)] };
  expect(readFilter(nested(6))).toEqual(nested(6));
  expect(readFilter(nested(7))).toBeUndefined();
  for (const none of [
    null,
    7,
    "x",
    [],
    {},
    { all: 1 },
    { none: [] },
    { all: [] },
    { all: [7, {}] },
    { all: [], any: [] },
  ]) {
    expect(readFilter(none), JSON.stringify(none)).toBeUndefined();
  }
});

it("begins every condition so that it can be entered", () => {
  for (const field of known) {
    for (const op of Object.keys(OPERATORS[field.kind])) {
      const condition = begun(field, op);
      expect(condition).toMatchObject({ field: field.name, op });
      const needsMore = ["text", "list", "number"].includes(entry(field.kind, op) ?? "");
      expect(isWhole(condition), `${field.name} ${op}`).toBe(!needsMore);
    }
  }
});
