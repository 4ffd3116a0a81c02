import { expect, it } from "vitest";
import type { LeadRisk } from "../../api/schema";
import { entries, linesOf, said, titleOf } from "./facts";

const risk = (kind: LeadRisk["kind"], facts: object): LeadRisk =>
  ({
    id: "r", lead_id: "l", kind, home: null, vehicle: null, other: null, added_at: "2026-11-01T08:00:00Z",
    changed_at: null, [kind]: facts,
  }) as LeadRisk; // prettier-ignore
const HOME = risk("home", { street: "12 Cedar Lane", city: "Austin", roof_year: 2010, square_feet: 1850, construction: "brick_veneer" }); // prettier-ignore

it("calls a risk what people call it", () => {
  expect(titleOf(HOME)).toBe("12 Cedar Lane, Austin");
  expect(titleOf(risk("home", { roof_year: 2010 }))).toBe("Home");
  expect(titleOf(risk("vehicle", { year: 2019, make: "Honda", vin: "1HGCM82633A004352" }))).toBe(
    "2019 Honda",
  );
  expect(titleOf(risk("other", { what: "Boat" }))).toBe("Boat");
});

it("says what else is known of it, and nothing that is not", () => {
  expect(linesOf(HOME)).toEqual([
    { label: "Year of the roof", value: "2010" },
    { label: "Construction", value: "Brick veneer" },
    { label: "Square feet", value: "1,850" },
  ]);
});

it("sends what was entered, and empties what was emptied", () => {
  const entered = { ...entries("home", HOME), roof_year: " 2026 ", city: "" };
  expect(said("home", entered)).toEqual({
    home: {
      street: "12 Cedar Lane", city: null, postal_code: null, state: null, year_built: null, roof_year: 2026,
      construction: "brick_veneer", occupancy: null, square_feet: 1850,
    },
  }); // prettier-ignore
  expect(said("vehicle", { year: "old" })).toEqual({
    vehicle: { year: "old", make: null, model: null, vin: null, use: null },
  });
});
