import type { LeadSource } from "../../api/schema";

export type SourceView = "posts" | "mapping" | "form" | "set-up";

/** The parts of a source's page, as the address has them. */
export const viewsOf = ({ kind }: Pick<LeadSource, "kind">): Partial<Record<SourceView, string>> => ({
  posts: "What came",
  ...(kind === "form" ? { form: "Form" } : { mapping: "Mapping" }),
  "set-up": "Set-up",
});

const NAMES: readonly string[] = ["posts", "mapping", "form", "set-up"] satisfies SourceView[];

/** Whatever else the address says, it means what came. */
export const readSourceSearch = (search: Record<string, unknown>): { part?: SourceView } =>
  typeof search.part === "string" && NAMES.includes(search.part) && search.part !== "posts"
    ? { part: search.part as SourceView }
    : {};
