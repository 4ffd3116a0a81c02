import { describe, expect, it } from "vitest";
import { actorInWords, valueInWords } from "./names";
import { thenAndNow, told } from "./state";

const NAMES: Record<string, string> = { u1: "Ana Alvarez", t1: "Personal lines" };
const change = (field: string, old: string | null, next: string | null) => ({ field, old, new: next });
const nameOf = (id: string) => NAMES[id];

describe("what was known then, beside what is known now", () => {
  it("says of each field whether it differs, and leaves out what neither knows", () => {
    const then = { name: "Jo Lee", email: null, phone: "+12175550100", stage: "new", client_id: null };
    const now = { name: "Jo Lee", email: "jo@mail.example", phone: null, x_date: null, client_id: "c1" };
    expect(thenAndNow(then, now)).toEqual([
      { field: "name", was: "Jo Lee", is: "Jo Lee", differs: false, withheld: false },
      { field: "email", was: null, is: "jo@mail.example", differs: true, withheld: false },
      { field: "phone", was: "+12175550100", is: null, differs: true, withheld: false },
      { field: "stage", was: "new", is: null, differs: true, withheld: false },
    ]);
  });

  it("keeps a place for what the reader's role does not see", () => {
    expect(thenAndNow({ birth_date: null, notes: null }, { birth_date: null }, ["birth_date"])).toEqual([
      { field: "birth_date", was: null, is: null, differs: false, withheld: true },
    ]);
  });

  it("takes what is empty for not known", () => {
    expect(thenAndNow({ notes: "" }, { notes: null })).toEqual([]);
  });
});

describe("the changes of an entry", () => {
  it("are without those from nothing to nothing, and without the other record's id", () => {
    const kept = change("stage", "new", "contacted");
    expect(told([kept, change("notes", null, ""), change("client_id", null, "c1")])).toEqual([kept]);
    const withheld = { ...change("birth_date", null, null), withheld: ["old", "new"] };
    expect(told([withheld])).toEqual([withheld]);
  });
});

describe("words", () => {
  it("name the owner, and the pool where there is none", () => {
    expect(valueInWords("owner_id", "u1", nameOf)).toBe("Ana Alvarez");
    expect(valueInWords("owner_id", "u9", nameOf)).toBe("A former colleague");
    expect(valueInWords("shared_with", '["u1","u9"]', nameOf)).toBe("Ana Alvarez, A former colleague");
    expect(valueInWords("owner_id", null, nameOf)).toBe("Pool");
    expect(valueInWords("team_id", null, nameOf)).toBe("—");
    expect(valueInWords("team_id", "t9", nameOf)).toBe("unknown");
  });

  it("say who did it", () => {
    expect(actorInWords("person:u1", nameOf)).toBe("Ana Alvarez");
    expect(actorInWords("person:u9", nameOf)).toBe("A former colleague");
    expect(actorInWords("automation:clients.onboarding", nameOf)).toBe("Automation, onboarding");
    expect(actorInWords("import:i1", nameOf)).toBe("Import");
    expect(actorInWords("key:k1", nameOf)).toBe("An API key");
    expect(actorInWords("system:relay", nameOf)).toBe("GardenOS");
  });
});
