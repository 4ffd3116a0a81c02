import { useNavigate } from "@tanstack/react-router";
import { type CSSProperties, type ReactNode, useEffect, useMemo } from "react";
import type { Lead, LeadField } from "../api/schema";
import { useNameOf } from "../directory/queries";
import { useMe } from "../session/session";
import { Chip } from "../ui/Chip";
import { day, daysUntil, words } from "../ui/format";
import { type Chosen, type Column, Grid } from "../ui/Grid";
import { Named } from "../ui/Named";
import { useNow, When } from "../ui/When";
import { useZone } from "../ui/zone";
import type { LeadSearch, Sort } from "./filters";
import { isEditable } from "./inline/draft";
import { useRowEditor } from "./inline/RowEditor";
import styles from "./LeadList.module.css";
import { besides, chosenColumns, sortOf, widths } from "./lists/columns";
import { useLeadFields } from "./own/queries";
import { shown as shownValue } from "./own/values";
import { InStage } from "./pipelines/InStage";
import { LeadStage } from "./pipelines/LeadStage";
import { shortDay } from "./recycling/day";
import { Outcome } from "./scores/Outcome";
import { Score } from "./scores/Score";
import { isClosed } from "./stage";

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
  search: LeadSearch;
  /** What is chosen of them; undefined for those who may do nothing with it. */
  chosen: Chosen | undefined;
  /** Shows a lead beside the list; null where there is no room. */
  peek: ((id: string) => void) | null;
}

/** The leads, a row or a card each; a value that is pressed narrows the list to it, the head of a column sorts it. */
export function LeadGrid({ leads, narrow, search, peek, ...rest }: LeadGridProps) {
  const { cols, sort } = search;
  const beside = peek === null ? undefined : search.peek;
  const navigate = useNavigate();
  const { agency, user } = useMe();
  const own = useLeadFields();
  const isBeside = beside !== undefined;
  const shown = useMemo(() => {
    const wanted = chosenColumns(cols, own);
    return isBeside ? besides(wanted) : wanted;
  }, [cols, isBeside, own]);
  const columns = useMemo(() => {
    const all = columnsOf(narrow, own, agency.currency);
    return ["name", ...shown].map((key) => Object.assign(all[key]!, { sort: sorting(key, sort, narrow) }));
  }, [agency.currency, narrow, own, shown, sort]);
  const editor = useRowEditor();
  const editable = columns.map((column, at): Column<Lead> => {
    const key = ["name", ...shown][at]!;
    if (!isEditable(key)) return column;
    return Object.assign({}, column, {
      cell: (lead: Lead, focusable: boolean) =>
        editor.cell(lead, key, column.title) ?? column.cell(lead, focusable),
    });
  });
  useEffect(() => {
    if (editor.editing) document.querySelector<HTMLElement>(`[data-inline="${editor.editing}"]`)?.focus();
  }, [editor.editing]);
  const page = (id: string) => void navigate({ to: "/leads/$leadId", params: { leadId: id } });
  return (
    <div
      className={styles.columns}
      style={{ "--columns": widths(shown, rest.chosen !== undefined) } as CSSProperties}
    >
      <Grid
        noun={["Lead", "Leads"]}
        rows={leads}
        columns={editable}
        edit={rest.chosen && ((lead) => isTheirs(lead, user) && editor.begin(lead))}
        layout={rest.chosen ? `${styles.layout} ${styles.choosing}` : styles.layout!}
        open={({ id }) => (peek === null ? page(id) : peek(id))}
        openPage={({ id }) => page(id)}
        beside={beside}
        {...rest}
      />
    </div>
  );
}

/** Whether a row can be changed as it stands; what is in a pool an agent claims first. */
function isTheirs(lead: Lead, user: { id: string; role: string }): boolean {
  const mustClaim = user.role === "agent" && lead.owner_id === null && !lead.shared_with.includes(user.id);
  return lead.forgotten_at === null && lead.removed_at === null && !mustClaim;
}

/** Pressed once it goes up, pressed again down. */
function sorting(column: string, now: Sort | undefined, narrow: Narrow): Column<Lead>["sort"] {
  const by = sortOf(column);
  if (by === undefined) return undefined;
  const shown = now ?? "-captured_at";
  return {
    now: shown === by ? "ascending" : shown === `-${by}` ? "descending" : null,
    by: () => {
      const next = (shown === by ? `-${by}` : by) as Sort;
      narrow({ sort: next === "-captured_at" ? undefined : next });
    },
  };
}

function columnsOf(
  narrow: Narrow,
  own: readonly LeadField[],
  currency: string,
): Record<string, Column<Lead>> {
  const value = (title: string, next: Partial<LeadSearch>, focusable: boolean, shown: ReactNode) => (
    <Value title={title} focusable={focusable} choose={() => narrow(next)}>
      {shown}
    </Value>
  );
  return {
    name: {
      title: "Name",
      className: styles.who,
      cell: (lead) => <Named person={lead} />,
    },
    stage: {
      title: "Stage",
      className: styles.stage,
      cell: (lead, focusable) =>
        lead.removed_at === null ? (
          value(words(lead.stage), { stage: [lead.stage] }, focusable, <Place lead={lead} />)
        ) : (
          <Chip>Removed</Chip>
        ),
    },
    stage_since: { title: "In stage", className: styles.more, cell: (lead) => <InStage lead={lead} /> },
    score: { title: "Score", className: styles.more, cell: ({ score }) => <Score score={score} /> },
    line_of_business: {
      title: "Line",
      className: styles.line,
      cell: ({ line_of_business: line }) => (line ? words(line) : "—"),
    },
    x_date: {
      title: "X-date",
      className: styles.xDate,
      cell: ({ x_date: date }) => (date ? <XDate date={date} /> : "—"),
    },
    source: {
      title: "From",
      className: styles.from,
      cell: ({ campaign_id: id, campaign_name: name, source }, focusable) =>
        id && name ? value(name, { campaign: [id] }, focusable, name) : words(source),
    },
    owner_id: {
      title: "Owner",
      className: styles.owner,
      cell: ({ owner_id: owner }, focusable) => (
        <OwnerName owner={owner}>
          {(name) => value(name, { owner: [owner ?? "none"] }, focusable, name)}
        </OwnerName>
      ),
    },
    last_contacted_at: {
      title: "Last contact",
      className: styles.contact,
      cell: (lead) => <LastContact lead={lead} />,
    },
    next_task_on: { title: "Next task", className: styles.more, cell: (lead) => <NextTask lead={lead} /> },
    first_touched_at: {
      title: "First touch",
      className: styles.more,
      cell: ({ first_touched_at: at }) => (at ? <When at={at} /> : "—"),
    },
    first_automated_at: {
      title: "First automated touch",
      className: styles.more,
      cell: ({ first_automated_at: at }) => (at ? <When at={at} /> : "—"),
    },
    tags: { title: "Tags", className: styles.more, cell: ({ tags }) => tags.join(", ") || "—" },
    contact_attempts: { title: "Attempts", className: styles.more, cell: (lead) => lead.contact_attempts },
    current_carrier: {
      title: "Carrier",
      className: styles.more,
      cell: (lead) => lead.current_carrier ?? "—",
    },
    household: { title: "Household", className: styles.more, cell: (lead) => lead.household ?? "—" },
    state: { title: "State", className: styles.more, cell: (lead) => lead.state ?? "—" },
    comes_back_on: {
      title: "Comes back",
      className: styles.more,
      cell: ({ comes_back_on: on }) => (on ? day(on) : "—"),
    },
    captured_at: {
      title: "Captured",
      className: styles.more,
      cell: (lead) => <When at={lead.captured_at} />,
    },
    outcome: { title: "Outcome", className: styles.more, cell: (lead) => <Outcome lead={lead} /> },
    ...Object.fromEntries(
      own.map(({ key, label, kind }) => [
        `fields.${key}`,
        {
          title: label,
          className: styles.more,
          cell: (lead: Lead) => shownValue(kind, lead.fields[key], currency) ?? "—",
        },
      ]),
    ),
  };
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

/** There is no room beside the stage. */
function Place({ lead }: { lead: Lead }) {
  if (lead.comes_back_on === null) return <LeadStage lead={lead} />;
  const { comes_back_on: on, ...there } = lead;
  return (
    <span className={styles.place}>
      <LeadStage lead={there} />
      <small>back {shortDay(on)}</small>
    </span>
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

function NextTask({ lead: { next_task_on: on } }: { lead: Lead }) {
  const zone = useZone();
  if (on === null) return "—";
  const late = daysUntil(on, zone) < 0;
  return (
    <span className={late ? styles.idle : undefined}>
      {day(on)}
      {late && <span className="visually-hidden">, overdue</span>}
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
