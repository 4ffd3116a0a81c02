import { Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, data } from "../api/client";
import type { FieldChange, HistoryEntry } from "../api/schema";
import { useCampaigns, useTeams, useUsers } from "../directory/queries";
import { FromTo } from "../timeline/ChangeEntry";
import { fieldName, fieldValue } from "../timeline/fields";
import { Failed, Lines } from "../ui/states";
import { When } from "../ui/When";
import styles from "./LeadHistory.module.css";

/** Every change that was made to a lead, and by whom: the record behind the timeline. */
export function LeadHistory({ id, opened, close }: { id: string; opened: boolean; close: () => void }) {
  return (
    <Drawer opened={opened} onClose={close} title="History" position="right" size={460}>
      <Entries id={id} />
    </Drawer>
  );
}

function Entries({ id }: { id: string }) {
  const history = useQuery({
    queryKey: ["leads", "one", id, "history"],
    queryFn: async ({ signal }) =>
      (
        await data(
          api.GET("/api/v1/leads/{lead_id}/history", {
            params: { path: { lead_id: id }, query: { limit: 200 } },
            signal,
          }),
        )
      ).items,
  });
  const nameOf = useNames();
  if (history.isPending) return <Lines count={6} label="Loading the history" />;
  if (history.isError) {
    return <Failed error={history.error} retry={() => void history.refetch()} what="history" />;
  }
  return (
    <ol className={styles.entries}>
      {history.data.map((entry) => (
        <li key={entry.sequence}>
          <h3>{entry.title}</h3>
          <p className={styles.by}>
            {actorName(entry, nameOf)} · <When at={entry.occurred_at} />
          </p>
          <ul>
            {entry.changes.filter(isTold).map((change) => (
              <li key={change.field} className={styles.change}>
                <span>{fieldName(change.field)}</span>
                {change.old === null ? (
                  <span>{value(change.field, change.new, nameOf)}</span>
                ) : (
                  <FromTo
                    old={value(change.field, change.old, nameOf)}
                    next={value(change.field, change.new, nameOf)}
                  />
                )}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

// That there is a client is told by the title.
const isTold = ({ field, old, new: next }: FieldChange) =>
  field !== "client_id" && (old ?? "") !== (next ?? "");

function value(field: string, what: string | null, nameOf: (id: string) => string | undefined): string {
  if (what !== null && field.endsWith("_id")) return nameOf(what) ?? "somebody unknown";
  return fieldValue(field, what);
}

/** Names for ids of people, teams and campaigns. */
function useNames(): (id: string) => string | undefined {
  const all = [...useUsers(), ...useTeams(), ...useCampaigns()];
  return (id) => all.find((each) => each.id === id)?.name;
}

function actorName({ actor }: HistoryEntry, nameOf: (id: string) => string | undefined): string {
  const [kind, ...rest] = actor.split(":");
  const id = rest.join(":");
  if (kind === "person") return nameOf(id) ?? "Somebody";
  if (kind === "import") return "Import";
  if (kind === "ai") return "AI";
  return kind === "automation" ? `Automation ${id}` : "GardenOS";
}
