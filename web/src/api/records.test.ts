import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
import type { Versioned } from "./client";
import { ApiProblem } from "./problem";
import { atOnce, merge } from "./records";

interface Thing {
  id: string;
  version: number;
  stage: string;
}

function shown(version = 1) {
  const queries = new QueryClient();
  const thing: Thing = { id: "a", version, stage: "new" };
  const other: Thing = { id: "b", version: 7, stage: "won" };
  queries.setQueryData(["things", "one", "a"], { data: thing, etag: `"${version}"` });
  queries.setQueryData(["things", "list", {}], {
    pages: [{ items: [other, thing] }],
    pageParams: [undefined],
  });
  const now = () => ({
    one: queries.getQueryData<Versioned<Thing>>(["things", "one", "a"])!,
    rows: queries.getQueryData<{ pages: { items: Thing[] }[] }>(["things", "list", {}])!.pages[0]!.items,
  });
  return { queries, thing, other, now };
}

describe("an answer put into what is shown", () => {
  it("changes the record, its ETag and its row, and no other row", () => {
    const { queries, other, now } = shown();
    merge(queries, "things", { data: { id: "a", version: 2, stage: "lost" }, etag: '"2"' });
    expect(now().one).toEqual({ data: { id: "a", version: 2, stage: "lost" }, etag: '"2"' });
    expect(now().rows).toEqual([other, { id: "a", version: 2, stage: "lost" }]);
  });

  it("changes nothing where something newer is shown", () => {
    const { queries, now } = shown(3);
    merge(queries, "things", { data: { id: "a", version: 2, stage: "lost" }, etag: '"2"' });
    expect(now().one.data.stage).toBe("new");
    expect(now().rows[1]!.stage).toBe("new");
  });
});

describe("a change shown at once", () => {
  it("is there before the answer, and is the answer's after it", async () => {
    const { queries, thing, now } = shown();
    let answer!: (answer: Versioned<Thing>) => void;
    const answered = new Promise<Versioned<Thing>>((resolve) => {
      answer = resolve;
    });
    const done = atOnce(queries, "things", thing, { stage: "quoted" }, () => answered);
    await vi.waitFor(() => expect(now().one.data.stage).toBe("quoted"));
    expect(now().rows[1]!.stage).toBe("quoted");
    answer({ data: { ...thing, version: 2, stage: "quoted" }, etag: '"2"' });
    await done;
    expect(now().one.etag).toBe('"2"');
  });

  it("is taken back where the service refuses", async () => {
    const { queries, thing, now } = shown();
    const refused = atOnce(queries, "things", thing, { stage: "quoted" }, () =>
      Promise.reject(new ApiProblem(409, "no")),
    );
    await expect(refused).rejects.toMatchObject({ status: 409 });
    expect(now().one.data.stage).toBe("new");
    expect(now().rows[1]!.stage).toBe("new");
  });
});
