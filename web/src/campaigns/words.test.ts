import { expect, it } from "vitest";
import type { Campaign } from "../api/schema";
import { areComparable, MEASURES } from "./measures";
import { readCampaignListSearch, readCampaignSearch, readComparedSearch } from "./search";
import { amount, costInWords, datesInWords, enteredOf, nextOf, planOf, shareOfBudget } from "./words";

const id = (number: number) => `00000000-0000-7000-8000-00000000000${number}`;
const campaign = (more: object) =>
  ({
    name: "Spring", source: "cards", kind: "mail", currency: "USD", budget_minor: 100_000, goal: "", starts_on: "2026-03-01",
    ends_on: null, utm: { source: "mail", medium: "", campaign: "spring", term: "", content: "" }, ...more,
  }) as Campaign; // prettier-ignore

it("says dates as far as they are known", () => {
  expect(datesInWords({ starts_on: "2026-03-01", ends_on: "2026-04-15" })).toBe("Mar 1, 2026 – Apr 15, 2026");
  expect(datesInWords({ starts_on: "2026-03-01", ends_on: null })).toBe("from Mar 1, 2026");
  expect(datesInWords({ starts_on: null, ends_on: "2026-04-15" })).toBe("until Apr 15, 2026");
  expect(datesInWords({ starts_on: null, ends_on: null })).toBe("—");
});

it("says amounts in the campaign’s currency, and how much of the budget is gone", () => {
  expect(amount(123_456, campaign({}))).toBe("$1,234.56");
  expect(amount(null, campaign({}))).toBe("—");
  expect(shareOfBudget(campaign({ cost: { net_minor: 25_000 } }))).toBe(25);
  expect(shareOfBudget(campaign({ budget_minor: null, cost: { net_minor: 25_000 } }))).toBeNull();
});

it("shows a plan and sends the same again", () => {
  const there = campaign({ ends_on: "2026-05-01" });
  const { name, source, kind, currency, budget_minor, goal, starts_on, ends_on, utm } = there;
  expect(planOf(enteredOf(there))).toEqual({
    name, source, kind, currency, budget_minor, goal, starts_on, ends_on, utm,
  }); // prettier-ignore
  expect(planOf({ ...enteredOf(null), currency: " eur ", budget: "" })).toMatchObject({
    currency: "EUR",
    budget_minor: null,
    starts_on: null,
  });
});

it("knows what becomes of a campaign next", () => {
  expect(nextOf("draft")).toEqual({ to: "running", word: "Launch" });
  expect(nextOf("running")).toEqual({ to: "paused", word: "Pause" });
  expect(nextOf("paused")).toEqual({ to: "running", word: "Resume" });
  expect(nextOf("closed")).toEqual({ to: "running", word: "Reopen" });
});

it("reads addresses, whatever else they say", () => {
  expect(readCampaignSearch({ part: "costs", way: "came", step: "all", q: 7, more: 1 })).toEqual({
    part: "costs",
    q: "7",
  });
  expect(readCampaignSearch({ part: "toString", way: "enrolled", step: "won" })).toEqual({
    way: "enrolled",
    step: "won",
  });
  expect(readCampaignListSearch({ status: "closed", planning: true })).toEqual({
    status: "closed",
    planning: true,
  });
  expect(readCampaignListSearch({ status: "gone", planning: "yes" })).toEqual({});
  expect(readComparedSearch({ id: [1, id(1), id(1), id(2), id(3), id(4), id(5), id(6)] }).id).toEqual(
    [1, 2, 3, 4, 5].map(id),
  );
  expect(readComparedSearch({ id: id(1) })).toEqual({ id: [id(1)] });
});

it("compares shares of what came, and no amounts in different currencies", () => {
  const eight = campaign({ came: { all: 8, won: 1 } });
  expect(MEASURES.share.told(eight)).toBe("12.5 %");
  expect(MEASURES.share.told(campaign({ came: { all: 0, won: 0 } }))).toBe("—");
  const both = [campaign({}), campaign({ currency: "EUR" })];
  expect(areComparable(both, "cost")).toBe(false);
  expect(areComparable(both, "won")).toBe(true);
});

it("what nobody recorded did not cost nothing", () => {
  const cost = { recorded: false, net_minor: 0 };
  expect(costInWords(0, campaign({ cost }))).toBe("No cost recorded");
  expect(costInWords(0, campaign({ cost: { ...cost, recorded: true } }))).toBe("$0.00");
  expect(costInWords(null, campaign({ cost: { ...cost, recorded: true } }))).toBe("—");
});
