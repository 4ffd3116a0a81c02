import { expect, it } from "vitest";
import { readOperationsSearch } from "./search";

it("an address says what is looked at; what is not ours is left out", () => {
  const asked = {
    view: "jobs",
    service: "comms",
    state: "failed",
    kind: "comms.send-email",
    open: "comms/1",
  };
  expect(readOperationsSearch(asked)).toEqual(asked);
  expect(
    readOperationsSearch({ view: "toString", service: "billing", state: "done", discarded: "yes" }),
  ).toEqual({});
  expect(readOperationsSearch({ consumer: "", open: 4 })).toEqual({});
});
