import type { Lead } from "../../api/schema";
import { When } from "../../ui/When";

/** What came of a lead's conversion. */
export function Outcome({ lead: { outcome, client_since: since } }: { lead: Lead }) {
  if (outcome === null) return <>—</>;
  if (outcome === "converting") return <>Becoming a client</>;
  return <span>Client {since && <When at={since} />}</span>;
}
