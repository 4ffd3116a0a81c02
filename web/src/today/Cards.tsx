import { Button } from "@mantine/core";
import { IconMail, IconPhone } from "@tabler/icons-react";
import { type UseQueryResult, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Insight, Lead, Thread } from "../api/schema";
import { clientsNamed } from "../clients/queries";
import { useNameOf } from "../directory/queries";
import { useAssignLead } from "../leads/edit";
import { unseenMentions } from "../leads/notes/queries";
import { leadsNamed } from "../leads/queries";
import { StageChip } from "../leads/stage";
import { useMayWrite, useMe } from "../session/session";
import { placeText } from "../timeline/address";
import { Face } from "../ui/Face";
import { day, words } from "../ui/format";
import { Card } from "../ui/Page";
import { Sign } from "../ui/Sign";
import { Failed, Lines, Stale } from "../ui/states";
import { When } from "../ui/When";
import { useZone } from "../ui/zone";
import {
  actOn,
  cameBack,
  FEW,
  fewOf,
  latestThreads,
  notWorkedSince,
  toClaim,
  waitingFor,
  whose,
  worthActingOn,
} from "./queries";
import styles from "./Today.module.css";

interface ListProps {
  title: string;
  /** Where all of them are. */
  all?: ReactNode;
  query: Pick<UseQueryResult, "isPending" | "isError" | "data" | "error" | "refetch">;
  /** What is said where there are none. */
  none: string;
  children: readonly ReactNode[];
}

/** A card with a few of something; it loads, fails and is empty by itself. */
function List({ title, all, query, none, children }: ListProps) {
  return (
    <Card title={title} actions={all}>
      {query.isPending ? (
        <Lines count={4} label={`Loading: ${title}`} />
      ) : query.data === undefined ? (
        <Failed error={query.error} retry={() => void query.refetch()} what="list" />
      ) : (
        <>
          {query.isError && <Stale error={query.error} retry={() => void query.refetch()} />}
          {children.length === 0 ? (
            <p className={styles.none}>{none}</p>
          ) : (
            <ul className={styles.list}>{children}</ul>
          )}
        </>
      )}
    </Card>
  );
}

/** One's own leads that wait longest for a word. */
export function Waiting() {
  const { user } = useMe();
  const query = useInfiniteQuery(waitingFor(user.id));
  const leads = fewOf(query.data?.pages.flatMap((page) => page.items) ?? []);
  return (
    <List
      title="Waiting for you"
      all={
        <Link
          to="/leads"
          search={{ owner: [user.id], idle: 1, sort: "last_contacted_at" }}
          className={styles.all}
        >
          All who wait
        </Link>
      }
      query={query}
      none="None of your leads waits for a word from you."
    >
      {leads.map((lead) => (
        <li key={lead.id}>
          <LeadLine lead={lead}>
            {lead.last_contacted_at ? (
              <>
                Last contact <When at={lead.last_contacted_at} />
              </>
            ) : (
              <>
                Never contacted, came in <When at={lead.captured_at} />
              </>
            )}
          </LeadLine>
        </li>
      ))}
    </List>
  );
}

/** One's own leads that were left alone until now. Not there while there are none. */
export function CameBack() {
  const { user } = useMe();
  const query = useInfiniteQuery(cameBack(user.id));
  const leads = fewOf(notWorkedSince(query.data?.pages.flatMap((page) => page.items) ?? []));
  if (query.isPending || (query.data && leads.length === 0)) return null;
  return (
    <List title="Came back" query={query} none="">
      {leads.map((lead) => (
        <li key={lead.id}>
          <LeadLine lead={lead}>
            Came back <When at={lead.came_back_at!} />
            {lead.x_date && `, X-date ${day(lead.x_date)}`}
            {lead.current_carrier && ` with ${lead.current_carrier}`}
          </LeadLine>
        </li>
      ))}
    </List>
  );
}

/** Notes that mention one, and that one has not read. */
export function Mentions() {
  const query = useQuery(unseenMentions);
  const nameOf = useNameOf();
  return (
    <List title="Mentions" query={query} none="Nobody mentions you in a note that you have not read.">
      {(query.data ?? []).slice(0, FEW).map((mention) => (
        <li key={mention.note_id}>
          <Link to="/leads/$leadId" params={{ leadId: mention.lead_id }} className={styles.line}>
            <Face name={mention.display_name} size={32} />
            <span className={styles.lineWords}>
              <strong>{mention.display_name}</strong>
              <small>
                {mention.author_id === null ? "GardenOS" : nameOf(mention.author_id)}: {mention.text}
              </small>
            </span>
            <span className={styles.when}>
              <When at={mention.mentioned_at} />
            </span>
          </Link>
        </li>
      ))}
    </List>
  );
}

/** Leads that are nobody's yet. */
export function ToClaim() {
  const { user } = useMe();
  const mayWrite = useMayWrite();
  const assign = useAssignLead();
  const query = useInfiniteQuery(toClaim());
  // A lead that was just claimed leaves at once.
  const unclaimed = query.data?.pages
    .flatMap((page) => page.items)
    .filter(({ owner_id: owner }) => owner === null);
  const leads = fewOf(unclaimed ?? []);
  const claim = (lead: Lead) => void assign(lead, { owner_id: user.id, team_id: lead.team_id }, "you");
  return (
    <List
      title="To claim"
      all={
        <Link to="/leads" search={{ owner: ["none"] }} className={styles.all}>
          The pool
        </Link>
      }
      query={query}
      none="The pool is empty: every lead has an owner."
    >
      {leads.map((lead) => (
        <li key={lead.id} className={styles.withAction}>
          <LeadLine lead={lead}>
            <When at={lead.captured_at} /> · {lead.campaign_name ?? words(lead.source)}
          </LeadLine>
          {mayWrite && (
            <Button
              size="compact-md"
              variant="default"
              aria-label={`Claim ${lead.display_name}`}
              onClick={() => claim(lead)}
            >
              Claim
            </Button>
          )}
        </li>
      ))}
    </List>
  );
}

function LeadLine({ lead, children }: { lead: Lead; children: ReactNode }) {
  return (
    <Link to="/leads/$leadId" params={{ leadId: lead.id }} className={styles.line}>
      <Face name={lead.display_name} size={32} />
      <span className={styles.lineWords}>
        <strong>{lead.display_name}</strong>
        <small>{children}</small>
      </span>
      {lead.owner_id !== null && <StageChip stage={lead.stage} />}
    </Link>
  );
}

/** Where something was said last. */
export function Conversations() {
  const query = useQuery(latestThreads());
  return (
    <List
      title="Conversations"
      all={
        <Link to="/conversations" className={styles.all}>
          All conversations
        </Link>
      }
      query={query}
      none="Nothing was said yet. Calls that are logged and emails that arrive stand here."
    >
      {(query.data ?? []).map((thread) => (
        <li key={thread.id}>
          <ThreadLine thread={thread} />
        </li>
      ))}
    </List>
  );
}

function ThreadLine({ thread }: { thread: Thread }) {
  const phone = thread.channel === "phone";
  const Icon = phone ? IconPhone : IconMail;
  return (
    <Link to="/conversations" search={{ thread: thread.id }} className={styles.line}>
      <Sign tone={phone ? "accent" : "info"}>
        <Icon size={16} stroke={1.7} aria-label={phone ? "By phone" : "By email"} />
      </Sign>
      <span className={styles.lineWords}>
        <strong>{thread.person_name ?? thread.sender_name ?? thread.sender ?? "Somebody"}</strong>
        <small>{thread.last_snippet || thread.subject}</small>
      </span>
      <span className={styles.when}>
        <When at={thread.last_at} />
      </span>
    </Link>
  );
}

/** What people asked for, and what ends soon, each in their own words. */
export function WorthActingOn() {
  const zone = useZone();
  const query = useQuery(worthActingOn());
  const insights = actOn(query.data ?? [], zone);
  const nameOf = useNamesOf(insights);
  return (
    <List
      title="Worth acting on"
      query={query}
      none="Nobody asked for anything lately, and no X-date comes within 60 days."
    >
      {insights.map((insight) => (
        <li key={insight.id}>
          <InsightLine insight={insight} name={nameOf(insight)} />
        </li>
      ))}
    </List>
  );
}

function InsightLine({ insight, name }: { insight: Insight; name: string }) {
  const content = (
    <span className={styles.lineWords}>
      <strong>{insight.kind === "x_date" ? `X-date ${insight.display}` : insight.display}</strong>
      <small>
        {name}: <q>{insight.quote}</q>
      </small>
    </span>
  );
  const rest = (
    <span className={styles.when}>
      <When at={insight.said_at} />
    </span>
  );
  const source = { source: placeText(insight) };
  return insight.client_id ? (
    <Link
      to="/clients/$clientId"
      params={{ clientId: insight.client_id }}
      search={source}
      className={styles.line}
    >
      {content}
      {rest}
    </Link>
  ) : (
    <Link
      to="/leads/$leadId"
      params={{ leadId: insight.lead_id ?? "" }}
      search={source}
      className={styles.line}
    >
      {content}
      {rest}
    </Link>
  );
}

/** Whose insights are: they carry no names themselves. All are asked for at once, as rows: to open a record is another thing. */
function useNamesOf(insights: readonly Insight[]): (insight: Insight) => string {
  const { clients, leads } = whose(insights);
  const asClients = useInfiniteQuery(clientsNamed(clients));
  const asLeads = useInfiniteQuery(leadsNamed(leads));
  const rows = [...(asClients.data?.pages ?? []), ...(asLeads.data?.pages ?? [])].flatMap<{
    id: string;
    display_name: string;
  }>(({ items }) => items);
  const names = new Map(rows.map((row) => [row.id, row.display_name]));
  return ({ client_id: client, lead_id: lead }) => {
    const waits = client === null ? asLeads.isPending : asClients.isPending;
    return names.get(client ?? lead ?? "") ?? (waits ? "…" : "Somebody");
  };
}
