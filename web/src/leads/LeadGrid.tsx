import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import type { Lead } from "../api/schema";
import { useNameOf } from "../directory/queries";
import { day, daysUntil, words } from "../ui/format";
import { type Column, Grid } from "../ui/Grid";
import { Named } from "../ui/Named";
import { useNow, When } from "../ui/When";
import { useZone } from "../ui/zone";
import type { LeadSearch } from "./filters";
import styles from "./LeadList.module.css";
import { isClosed, StageChip } from "./stage";

const IDLE_DAYS = 7;
const SOON_DAYS = 60;

type Narrow = (next: Partial<LeadSearch>) => void;

interface LeadGridProps {
  leads: readonly Lead[];
  place: string;
  more: boolean;
  loadMore: () => void;
  loadingMore: boolean;
  dimmed: boolean;
  narrow: Narrow;
}

/** The leads, a row or a card each; a value that is pressed narrows the list to it. */
export function LeadGrid({ leads, narrow, ...rest }: LeadGridProps) {
  const navigate = useNavigate();
  const columns = useMemo(() => columnsOf(narrow), [narrow]);
  return (
    <Grid
      noun={["Lead", "Leads"]}
      rows={leads}
      columns={columns}
      layout={styles.layout!}
      open={({ id }) => void navigate({ to: "/leads/$leadId", params: { leadId: id } })}
      {...rest}
    />
  );
}

function columnsOf(narrow: Narrow): Column<Lead>[] {
  const value = (title: string, next: Partial<LeadSearch>, focusable: boolean, shown: ReactNode) => (
    <Value title={title} focusable={focusable} choose={() => narrow(next)}>
      {shown}
    </Value>
  );
  return [
    {
      title: "Name",
      className: styles.who,
      cell: (lead) => <Named person={lead} />,
    },
    {
      title: "Stage",
      className: styles.stage,
      cell: ({ stage }, focusable) =>
        value(words(stage), { stage: [stage] }, focusable, <StageChip stage={stage} />),
    },
    {
      title: "Line",
      className: styles.line,
      cell: ({ line_of_business: line }) => (line ? words(line) : "—"),
    },
    {
      title: "X-date",
      className: styles.xDate,
      cell: ({ x_date: date }) => (date ? <XDate date={date} /> : "—"),
    },
    {
      title: "From",
      className: styles.from,
      cell: ({ campaign_id: id, campaign_name: name, source }, focusable) =>
        id && name ? value(name, { campaign: [id] }, focusable, name) : words(source),
    },
    {
      title: "Owner",
      className: styles.owner,
      cell: ({ owner_id: owner }, focusable) => (
        <OwnerName owner={owner}>
          {(name) => value(name, { owner: [owner ?? "none"] }, focusable, name)}
        </OwnerName>
      ),
    },
    { title: "Last contact", className: styles.contact, cell: (lead) => <LastContact lead={lead} /> },
  ];
}

function Value({
  title,
  focusable,
  choose,
  children,
}: {
  title: string;
  focusable: boolean;
  choose: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      className={styles.value}
      title={`Show only: ${title}`}
      tabIndex={focusable ? 0 : -1}
      onClick={(event) => {
        event.stopPropagation();
        choose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      {children}
    </button>
  );
}

function OwnerName({ owner, children }: { owner: string | null; children: (name: string) => ReactNode }) {
  return children(useNameOf()(owner));
}

function LastContact({ lead }: { lead: Lead }) {
  const now = useNow();
  const lastHeard = lead.last_contacted_at ?? lead.captured_at;
  const idle = !isClosed(lead.stage) && now - Date.parse(lastHeard) > IDLE_DAYS * 86_400_000;
  return (
    <span className={idle ? styles.idle : undefined}>
      {lead.last_contacted_at ? <When at={lead.last_contacted_at} /> : "Never"}
      {idle && <span className="visually-hidden">, waiting for more than {IDLE_DAYS} days</span>}
    </span>
  );
}

function XDate({ date }: { date: string }) {
  const days = daysUntil(date, useZone());
  const soon = days >= 0 && days <= SOON_DAYS;
  return (
    <span className={styles.date} data-soon={soon || undefined}>
      {day(date)}
      {soon && <small>{days === 0 ? "today" : `in ${days} days`}</small>}
    </span>
  );
}
