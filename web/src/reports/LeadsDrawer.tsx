import { Button, Drawer } from "@mantine/core";
import { IconDownload, IconPlant2 } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { download } from "../api/download";
import { Face } from "../ui/Face";
import { moment } from "../ui/format";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { failed } from "../ui/toast";
import { useZone } from "../ui/zone";
import { durationOrNone } from "./durations";
import styles from "./Reports.module.css";
import { behind, leadsBehind, type Over, type ReportedLead } from "./queries";
import { type ReportSearch, REPORTS } from "./search";

interface LeadsDrawerProps {
  over: Over;
  picked: ReportSearch;
  /** What was picked, in words. */
  title: string;
  opened: boolean;
  close: () => void;
}

/** The leads behind a number of a report, the slowest first. */
export function LeadsDrawer({ over, picked, title, opened, close }: LeadsDrawerProps) {
  return (
    <Drawer opened={opened} onClose={close} position="right" size={480} title={title}>
      {opened && <Leads over={over} picked={picked} />}
    </Drawer>
  );
}

function Leads({ over, picked }: { over: Over; picked: ReportSearch }) {
  const leads = useInfiniteQuery(leadsBehind(over, picked));
  const items = leads.data?.pages.flatMap((page): ReportedLead[] => page.items) ?? [];
  if (leads.isPending) return <Lines count={8} label="Loading leads" />;
  if (leads.isError && items.length === 0) {
    return <Failed error={leads.error} retry={() => void leads.refetch()} what="list" />;
  }
  if (items.length === 0) return <Empty icon={<IconPlant2 />} title="No leads here" />;
  const keep = () => {
    const query = Object.entries({ ...behind(over, picked), format: "csv" });
    const asText = Object.fromEntries(query.map(([name, value]) => [name, value?.toString()]));
    download(`/api/v1/reports/${over.report}/leads`, asText, `${over.report}-leads.csv`).catch(
      (error: unknown) => failed("The list was not downloaded", error),
    );
  };
  return (
    <div className={styles.leads}>
      <div className={styles.leadsHead}>
        <p>{REPORTS[over.report].summary}, the slowest first</p>
        <Button size="compact-sm" variant="subtle" leftSection={<IconDownload size={15} />} onClick={keep}>
          CSV
        </Button>
      </div>
      {leads.isError && <Stale error={leads.error} retry={() => void leads.refetch()} />}
      <ul>
        {items.map((lead) => (
          <li key={lead.lead_id}>
            <LeadLine lead={lead} />
          </li>
        ))}
      </ul>
      {leads.hasNextPage && (
        <Button
          variant="default"
          loading={leads.isFetchingNextPage}
          onClick={() => void leads.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </div>
  );
}

function LeadLine({ lead }: { lead: ReportedLead }) {
  const zone = useZone();
  const [begin, end] =
    "converted_at" in lead
      ? [lead.first_touch_at, lead.converted_at]
      : [lead.captured_at, lead.first_contact_at];
  return (
    <Link to="/leads/$leadId" params={{ leadId: lead.lead_id }} className={styles.lead}>
      <Face name={lead.name} size={32} />
      <span className={styles.leadWho}>
        <strong>{lead.name}</strong>
        <small>
          {moment(begin, zone)}
          {end ? ` → ${moment(end, zone)}` : ""}
        </small>
        <small>{lead.agent_name ?? "No owner"}</small>
      </span>
      <span className={styles.leadTime}>
        {lead.seconds === null ? "Waiting" : durationOrNone(lead.seconds)}
      </span>
    </Link>
  );
}
