import type { QueryClient } from "@tanstack/react-query";
import type { Change, News } from "./changes";

const SETTLE_MS = 120;

/** Which answers a change makes stale, by the beginning of their keys. */
export function touched(change: Change): readonly (readonly unknown[])[] {
  // With a record that is shared come its conversations and what was read in them.
  const along = /\.\w+(Shared|Unshared)\./.test(change.type) ? [["threads"], ["insights"]] : [];
  const ofPerson = ["timeline"];
  const noted = /\.(Note\w+|Lead\w*[Mm]erged\w*|LeadRe(moved|stored))\./.test(change.type)
    ? [["leads", "mentions"]]
    : [];
  // Who joins or leaves is shown with each of their household.
  const together = /\.Lead(JoinedHousehold|RelationshipChanged|LeftHousehold)\./.test(change.type)
    ? ["leads", "household"]
    : ["leads", "household", change.id];
  switch (change.resource) {
    case "lead":
      return [
        ["leads", "one", change.id],
        ["leads", "list"],
        ["leads", "board"],
        together,
        ofPerson,
        ["reports"],
        ["campaign results"],
        ...noted,
        ...along,
      ];
    case "client":
      return [["clients", "one", change.id], ["clients", "list"], ofPerson, ["reports"], ...along];
    case "call":
    case "message":
      return [
        ["threads"],
        ofPerson,
        ["leads", "list"],
        ...(change.lead_id ? [["leads", "one", change.lead_id]] : []),
        ["reports"],
      ];
    case "task":
      return [
        ["tasks"],
        ofPerson,
        ["leads", "list"],
        ...(change.lead_id ? [["leads", "one", change.lead_id]] : []),
      ];
    case "thread":
      return [["threads"], ofPerson, ["insights"]];
    case "score":
      return [
        ["scores", "one", change.id],
        ["leads", "one", change.id],
        ["leads", "list"],
      ];
    case "insight":
      return [["insights"]];
    case "agency":
      return [["agency"], ["reports"]];
    case "campaign":
      return [["campaigns"], ["campaign results"]];
    case "pipelines":
      return [["pipelines"], ["leads", "board"]];
    case "branch":
      return [["branches"]];
    default:
      return [[`${change.resource}s`]];
  }
}

/** Brings what is shown up to date with the stream. A burst is taken as one: an import must not ask a thousand times. */
export function applier(queries: QueryClient): (news: News) => void {
  let waiting = new Map<string, readonly unknown[]>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  return (news) => {
    const keys = news.kind === "resync" ? [[]] : touched(news.change);
    for (const key of keys) waiting.set(JSON.stringify(key), key);
    timer ??= setTimeout(() => {
      const now = waiting;
      waiting = new Map();
      timer = null;
      for (const queryKey of now.values()) void queries.invalidateQueries({ queryKey });
    }, SETTLE_MS);
  };
}
