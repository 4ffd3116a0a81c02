import { expect, it } from "vitest";
import { minutesInWords, ruleInWords, whyItWaits } from "./words";

const names = {
  user: (id: string) => `user ${id}`,
  team: (id: string) => `team ${id}`,
  campaign: (id: string) => `campaign ${id}`,
};

it("says a rule in plain words", () => {
  expect(ruleInWords({ rule_id: "r", name: "All", team_id: "a", at_work: false }, names)).toBe(
    "Every lead: in turns to the agents of team a.",
  );
  expect(ruleInWords({ rule_id: "r", name: "" }, names)).toBe("Every lead: to nobody yet.");
  const whole = ruleInWords(
    {
      rule_id: "r", name: "Texas", team_id: "a", seats: [{ user_id: "u", weight: 2 }], by: "load", licensed: true, most_a_day: 5,
      when: { states: ["TX", "OK"], lines: ["auto"], postal_codes: ["787"] }, otherwise: "next", answer_minutes: 5,
      unanswered: "reroute",
    },
    names,
  ); // prettier-ignore
  expect(whole).toBe(
    "Leads in TX or OK, with a ZIP code that begins with 787, for auto: to whoever has the fewest open leads of the agents of " +
      "team a and user u (2 times), to whoever is licensed for it and is at work; at most 5 a day each. If nobody can, the next " +
      "rule is asked. If nobody is in touch within 5 minutes, it goes on to somebody else.",
  );
});

const of = (when: object) => ruleInWords({ rule_id: "r", name: "All", when }, names);

it("says which scores a rule is for", () => {
  expect(of({ least_score: 70, languages: ["es"] })).toBe(
    "Leads speaking es, with a score of at least 70: to nobody yet.",
  );
  expect(of({ most_score: 0 })).toContain("Leads with a score of at most 0:");
  expect(of({ least_score: 40, most_score: 69 })).toContain("Leads with a score from 40 to 69:");
  expect(of({ least_score: 0, most_score: 0 })).toContain("Leads with a score of 0:");
  expect(of({ least_score: null, most_score: null })).toContain("Every lead:");
});

const afterFive = (rule: object) =>
  ruleInWords({ rule_id: "r", name: "All", team_id: "a", at_work: false, answer_minutes: 5, ...rule }, names);

it("says to whom a lead goes that nobody is in touch with", () => {
  expect(afterFive({})).toContain("whoever leads the team is named in its history.");
  expect(afterFive({ escalate: true })).toContain("within 5 minutes, it goes on to whoever leads the team.");
  expect(afterFive({ escalate: true, unanswered: "reroute" })).toContain(
    "it goes on to whoever leads the team or to somebody else.",
  );
});

it("says why a lead waits", () => {
  expect(whyItWaits("nobody", "Texas", { away: 2, full: 1 })).toBe(
    "Nobody can take it now by “Texas”: 2 away and 1 having as many open leads as they may",
  );
  expect(whyItWaits("no_rule", null, {})).toBe("No rule is for it");
});

it("says minutes as people do", () => {
  expect([null, 0.2, 12.4, 120, 60 * 72].map(minutesInWords)).toEqual([
    "—",
    "under a minute",
    "12 min",
    "2 h",
    "3 days",
  ]);
});
