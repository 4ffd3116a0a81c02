import type { LineOfBusiness } from "../api/schema";

/** The kinds of insurance, in the order in which they are offered. */
export const linesOfBusiness: readonly LineOfBusiness[] = [
  "auto",
  "home",
  "renters",
  "umbrella",
  "life",
  "health",
  "medicare",
  "commercial",
  "other",
];
