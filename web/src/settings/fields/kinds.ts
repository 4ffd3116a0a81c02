import type { LeadField } from "../../api/schema";

/** What a field holds, as people say it. */
export const KINDS: Record<LeadField["kind"], string> = {
  text: "Text",
  number: "Number",
  date: "Date",
  money: "Amount",
  choice: "Choice",
  yes_no: "Yes or no",
};

/** Options as they are entered, a line each. */
export const optionsIn = (text: string): string[] => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];
