import { describe, expect, it } from "vitest";
import { isNarrowed, readLeadSearch } from "./filters";

const ID = "10000000-0000-7000-8000-000000000001";

describe("the address of a lead list", () => {
  it("keeps what is ours and leaves out the rest", () => {
    const raw = {
      q: "delgado",
      stage: ["quoted", "quoted", "nonsense"],
      owner: ["none", ID, "'; drop table"],
      campaign: ID,
      idle: "7",
      sort: "name",
      agency_id: ID,
    };
    expect(readLeadSearch(raw)).toEqual({
      q: "delgado",
      stage: ["quoted"],
      owner: ["none", ID],
      campaign: [ID],
      idle: 7,
      sort: "name",
    });
  });

  it("says nothing of what is usual, so that one list has one address", () => {
    expect(readLeadSearch({ sort: "-captured_at", q: "", stage: [], idle: 0 })).toEqual({});
    expect(readLeadSearch({ idle: -3, sort: "phone" })).toEqual({});
  });

  it("takes a number that somebody searches for as the text it is", () => {
    expect(readLeadSearch({ q: 5550142 })).toEqual({ q: "5550142" });
  });

  it("knows a narrowed list from a sorted one", () => {
    expect(isNarrowed({ sort: "name" })).toBe(false);
    expect(isNarrowed({ idle: 7 })).toBe(true);
  });
});
