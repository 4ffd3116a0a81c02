import { expect, it } from "vitest";
import type { Lead, StageSaid } from "../../api/schema";
import { keyFor, withStage } from "./changing";
import { daysInStage, isRotting, missing } from "./queries";

const stage = (key: string, kind: StageSaid["kind"]): StageSaid => ({
  key,
  name: key,
  kind,
  probability: 50,
  required: [],
  rots_after_days: null,
});

const keys = (stages: StageSaid[]) => stages.map(({ key }) => key);

it("a key is made of the name, is nobody else's, and is no kind that the stage is not of", () => {
  expect(keyFor("Docs collected!", "quoted", [])).toBe("docs_collected");
  expect(keyFor("Docs", "quoted", ["docs", "docs_2"])).toBe("docs_3");
  expect(keyFor("Quoted", "quoted", [])).toBe("quoted");
  expect(keyFor("Quoted", "contacted", [])).toBe("quoted_2");
  expect(keyFor("5 – 7", "new", [])).toBe("stage");
});

it("a stage comes behind all that are no further along, and stays where it is unless its kind is another", () => {
  const there = [stage("new", "new"), stage("quoted", "quoted"), stage("won", "won"), stage("lost", "lost")];
  expect(keys(withStage(there, stage("talk", "contacted")))).toEqual([
    "new",
    "talk",
    "quoted",
    "won",
    "lost",
  ]);
  expect(keys(withStage(there, stage("docs", "quoted")))).toEqual(["new", "quoted", "docs", "won", "lost"]);
  const more = withStage(there, stage("docs", "quoted"));
  expect(keys(withStage(more, { ...stage("quoted", "quoted"), name: "Offer" }))).toEqual(keys(more));
  expect(keys(withStage(more, stage("docs", "contacted")))).toEqual(["new", "docs", "quoted", "won", "lost"]);
});

it("what is missing is what is not known; what somebody may not see is not said to be", () => {
  const lead = {
    name: { given: "Ann", family: "" },
    phone: null,
    x_date: "2027-01-02",
    fields: { roof: 0 },
    withheld: ["birth_date"],
  } as unknown as Lead;
  const required = ["name", "phone", "x_date", "birth_date", "fields.roof", "fields.pool"];
  expect(missing(lead, { ...stage("s", "quoted"), required })).toEqual(["phone", "fields.pool"]);
});

it("days in a stage are whole ones, and it rots from the moment on that is said", () => {
  const now = Date.parse("2026-11-10T12:00:00Z");
  expect(daysInStage({ stage_since: "2026-11-08T13:00:00Z" }, now)).toBe(1);
  expect(daysInStage({ stage_since: "2026-11-11T00:00:00Z" }, now)).toBe(0);
  expect(isRotting({ rots_at: "2026-11-10T12:00:00Z" }, now)).toBe(true);
  expect(isRotting({ rots_at: "2026-11-10T12:00:01Z" }, now)).toBe(false);
  expect(isRotting({ rots_at: null }, now)).toBe(false);
});
