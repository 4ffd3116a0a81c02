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
  const audited = {
    view: "audit",
    did: "read",
    who: "1",
    behalf: "3",
    subject: "2",
    type: "leads.LeadCaptured.v1",
    span: 7,
  };
  expect(readOperationsSearch(audited)).toEqual(audited);
  expect(readOperationsSearch({ did: "nothing", span: 8 })).toEqual({});
  expect(readOperationsSearch({ consumer: "", open: 4 })).toEqual({});
});
