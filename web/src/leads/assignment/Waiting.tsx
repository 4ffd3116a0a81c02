import { IconInbox } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import settings from "../../settings/Settings.module.css";
import { Card } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { When } from "../../ui/When";
import { backlog } from "./queries";
import { whyItWaits } from "./words";

/** Leads that nobody has yet, the oldest first, each with why. */
export function Waiting() {
  const { data, error, refetch } = useQuery(backlog);
  const ask = () => void refetch();
  return (
    <Card label="Waiting">
      {error && data && <Stale error={error} retry={ask} />}
      {error && !data && <Failed error={error} retry={ask} what="list" />}
      {!data && !error && <Lines count={5} label="Loading what waits" />}
      {data?.items.length === 0 && (
        <Empty icon={<IconInbox size={24} />} title="Nothing waits">
          Every open lead that you see has an owner, or was put into a pool by somebody.
        </Empty>
      )}
      {data && data.items.length > 0 && (
        <>
          <ul className={settings.entries} aria-label="Leads without an owner, the oldest first">
            {data.items.map((lead) => (
              <li key={lead.lead_id} className={settings.entry}>
                <div className={settings.who}>
                  <p>
                    <Link to="/leads/$leadId" params={{ leadId: lead.lead_id }}>
                      <strong>{lead.display_name}</strong>
                    </Link>
                  </p>
                  <small>
                    {lead.source} · came <When at={lead.since} /> ·{" "}
                    {whyItWaits(lead.waits, lead.rule, lead.why)}
                  </small>
                </div>
              </li>
            ))}
          </ul>
          {data.more && <p className={settings.words}>More wait after these: the oldest are shown.</p>}
        </>
      )}
    </Card>
  );
}
