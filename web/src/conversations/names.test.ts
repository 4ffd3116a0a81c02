import { expect, it } from "vitest";
import { nameParts } from "./names";

it.each([
  ["María Delgado", "María", "Delgado"],
  ["  María   del Mar Delgado ", "María del Mar", "Delgado"],
  ['"Delgado, María"', "María", "Delgado"],
  ["Delgado,María", "María", "Delgado"],
  ["Cher", "Cher", ""],
  ["maria@mail.example", "", ""],
  [null, "", ""],
])("%j is %j and %j", (name, given, family) => {
  expect(nameParts(name)).toEqual({ given, family });
});
