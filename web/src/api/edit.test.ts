import { describe, expect, it } from "vitest";
import type { Versioned } from "./client";
import { change, Overlap } from "./edit";
import { ApiProblem } from "./problem";

interface Thing {
  phone: string | null;
  email: string | null;
  name: { given: string; family: string };
}

/** A record on a server that others change, and what this browser knows of it. */
function served(known: Thing, now: Thing, refusals = 0) {
  const server = { data: now, etag: known === now ? '"1"' : '"2"' };
  const sent: { changes: Partial<Thing>; etag: string | null }[] = [];
  let refused = 0;
  const record = {
    known: (): Versioned<Thing> => ({ data: known, etag: '"1"' }),
    fetch: () => Promise.resolve({ ...server }),
    send: (changes: Partial<Thing>, etag: string | null) => {
      sent.push({ changes, etag });
      if (etag !== server.etag || refused++ < refusals)
        return Promise.reject(new ApiProblem(412, "changed meanwhile"));
      server.data = { ...server.data, ...changes };
      return Promise.resolve({ data: server.data, etag: '"3"' });
    },
  };
  return { record, sent };
}

const base: Thing = { phone: null, email: "a@x.example", name: { given: "Ana", family: "Ruiz" } };

describe("a change of a record that others change too", () => {
  it("names the version that it knows", async () => {
    const { record, sent } = served(base, base);
    await change(record, { phone: "+1" }, { phone: null });
    expect(sent).toEqual([{ changes: { phone: "+1" }, etag: '"1"' }]);
  });

  it("is made again on top of what others did to other fields", async () => {
    const { record, sent } = served(base, { ...base, email: "b@x.example" });
    const made = await change(record, { phone: "+1" }, { phone: null });
    expect(made.data).toEqual({ ...base, email: "b@x.example", phone: "+1" });
    expect(sent.map(({ etag }) => etag)).toEqual(['"1"', '"2"']);
  });

  it("is left to the person where others changed the same", async () => {
    const { record, sent } = served(base, { ...base, phone: "+2" });
    const overlap = await change(record, { phone: "+1" }, { phone: null }).catch((error: unknown) => error);
    expect(overlap).toBeInstanceOf(Overlap);
    expect((overlap as Overlap<Thing>).theirs.phone).toBe("+2");
    expect(sent).toHaveLength(1);
  });

  it("is left to the person where a live change told of it while they typed", async () => {
    const { record, sent } = served({ ...base, name: { given: "Anna", family: "Ruiz" } }, base);
    const mine = { name: { given: "Anita", family: "Ruiz" } };
    await expect(change(record, mine, { name: base.name })).rejects.toBeInstanceOf(Overlap);
    expect(sent).toEqual([]);
  });

  it("is no overlap where others made the same of it", async () => {
    const { record } = served(base, { ...base, name: { given: "Anita", family: "Ruiz" } });
    const made = await change(record, { name: { given: "Anita", family: "Ruiz" } }, { name: base.name });
    expect(made.etag).toBe('"3"');
  });

  it("is not tried for ever", async () => {
    const { record, sent } = served(base, { ...base, email: "b@x.example" }, 5);
    await expect(change(record, { phone: "+1" }, { phone: null })).rejects.toMatchObject({ status: 412 });
    expect(sent).toHaveLength(2);
  });
});
