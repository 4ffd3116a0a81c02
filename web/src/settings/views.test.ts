import { expect, it } from "vitest";
import { readView } from "./views";

it("means people where the address means nothing else", () => {
  expect(readView("roles")).toBe("roles");
  expect(readView("toString")).toBe("people");
});
