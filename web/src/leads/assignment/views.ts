export type AssignmentView = "rules" | "waiting" | "fairness" | "versions";

/** The parts of the page, as the address has them. */
export const VIEWS: Record<AssignmentView, string> = {
  rules: "Rules",
  waiting: "Waiting",
  fairness: "Who got how many",
  versions: "Versions",
};

/** Whatever else the address says, it means the rules. */
export const readAssignmentSearch = (search: Record<string, unknown>): { part?: AssignmentView } =>
  typeof search.part === "string" && search.part in VIEWS && search.part !== "rules"
    ? { part: search.part as AssignmentView }
    : {};
