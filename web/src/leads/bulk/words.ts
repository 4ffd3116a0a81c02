import type { BulkAction, BulkCounts } from "../../api/schema";
import { day, words } from "../../ui/format";
import type { Action, Fate } from "./queries";

/** What became of leads, in the order in which it is told. */
export const FATES: Readonly<Record<Fate, string>> = {
  done: "Done",
  nothing: "Nothing to do",
  not_allowed: "Not allowed",
  changed: "Changed meanwhile",
  gone: "Gone",
  conflict: "Changed since",
  left: "Not reached",
};

export const leadsInWords = (count: number): string =>
  count === 1 ? "1 lead" : `${count.toLocaleString("en-US")} leads`;

type NameOf = (id: string) => string | undefined;

/** What is done, as people say it: `Assign to Maria`. */
export function actionInWords(kept: BulkAction["action"], nameOf: NameOf): string {
  if (kept.kind === "undo") return kept.over_changes ? "Undo, over later changes" : "Undo";
  const action = kept as unknown as Action;
  switch (action.kind) {
    case "assign":
      if (action.owner_id) return `Assign to ${nameOf(action.owner_id) ?? "somebody"}`;
      return action.team_id
        ? `Give to the pool of ${nameOf(action.team_id) ?? "a team"}`
        : "Give to the pool";
    case "stage":
      return `Move to ${words(action.stage).toLowerCase()}`;
    case "tags": {
      const tags = action.tags.join(", ");
      if (action.mode === "replace") return tags ? `Replace all tags by ${tags}` : "Take all tags";
      return `${action.mode === "add" ? "Add" : "Take"} ${action.tags.length === 1 ? "tag" : "tags"} ${tags}`;
    }
    case "enrol":
      return `Enrol in ${nameOf(action.campaign_id) ?? "a campaign"}`;
    case "recycle": {
      if (action.on) return `Recycle until ${day(action.on)}`;
      const { days = 45, line_of_business: line } = action.before_x_date ?? {};
      return `Recycle until ${days} days before the ${line ? `X-date of ${line}` : "next X-date"}`;
    }
    case "remove":
      return "Remove";
  }
}

/** How many were looked at so far. */
export const reached = (counts: BulkCounts): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** What became of them, but for what did not occur: `12 done, 1 not allowed`. */
export function countsInWords(counts: BulkCounts): string {
  const told = (Object.entries(counts) as [Fate, number][]).filter(([, count]) => count > 0);
  if (told.length === 0) return "No lead";
  return told
    .map(([fate, count]) => `${count.toLocaleString("en-US")} ${FATES[fate].toLowerCase()}`)
    .join(", ");
}
