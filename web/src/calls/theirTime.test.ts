import { expect, test } from "vitest";
import { quietIn, zonesOf } from "./theirTime";

const QUIET = { begins: "21:00", ends: "08:00" };
const at = (iso: string) => Date.parse(iso);

test("by the state they live in, and where none is known by the agency's clock", () => {
  expect(zonesOf("CA", "America/New_York")).toEqual(["America/Los_Angeles"]);
  expect(zonesOf(null, "America/New_York")).toEqual(["America/New_York"]);
  expect(zonesOf("??", "America/New_York")).toEqual(["America/New_York"]);
});

test("it is quiet over midnight, from the first minute and until the last", () => {
  const zones = ["America/New_York"];
  expect(quietIn(zones, QUIET, at("2026-11-30T01:59:00Z"))).toBeNull();
  expect(quietIn(zones, QUIET, at("2026-11-30T02:00:00Z"))).toBe("America/New_York");
  expect(quietIn(zones, QUIET, at("2026-11-30T05:00:00Z"))).toBe("America/New_York");
  expect(quietIn(zones, QUIET, at("2026-11-30T12:59:00Z"))).toBe("America/New_York");
  expect(quietIn(zones, QUIET, at("2026-11-30T13:00:00Z"))).toBeNull();
});

test("within a day too, and never where there are none", () => {
  const noon = { begins: "12:00", ends: "13:00" };
  expect(quietIn(["UTC"], noon, at("2026-11-30T12:30:00Z"))).toBe("UTC");
  expect(quietIn(["UTC"], noon, at("2026-11-30T13:00:00Z"))).toBeNull();
  expect(quietIn(["UTC"], null, at("2026-11-30T03:00:00Z"))).toBeNull();
});

test("of a state with two zones the stricter counts", () => {
  const texas = zonesOf("TX", "UTC");
  // 20:30 in El Paso, 21:30 in Houston.
  expect(quietIn(texas, QUIET, at("2026-11-30T03:30:00Z"))).toBe("America/Chicago");
  // 08:30 in Houston, 07:30 in El Paso.
  expect(quietIn(texas, QUIET, at("2026-11-30T14:30:00Z"))).toBe("America/Denver");
});
