import { describe, expect, it } from "vitest";
import { readClientSearch } from "./filters";

const ID = "01939f00-0000-7000-8000-000000000001";

describe("a list of clients by its address", () => {
  it("is narrowed to what the address says", () => {
    expect(readClientSearch({ q: "delgado", owner: [ID, "none", ID], sort: "name" })).toEqual({
      q: "delgado",
      owner: [ID, "none"],
      sort: "name",
    });
    expect(readClientSearch({ q: 512, owner: "none" })).toEqual({ q: "512", owner: ["none"] });
  });

  it("leaves out what is not ours", () => {
    expect(readClientSearch({ q: "", owner: "me; drop", sort: "premium", stage: "new" })).toEqual({});
  });
});
