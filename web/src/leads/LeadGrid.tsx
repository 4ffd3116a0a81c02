import { Loader } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { Lead } from "../api/schema";
import { useCommands } from "../commands/registry";
import { useNameOf } from "../directory/queries";
import { Face } from "../ui/Face";
import { day, daysUntil, phone, words } from "../ui/format";
import { useNow, When } from "../ui/When";
import { useZone } from "../ui/zone";
import type { LeadSearch } from "./filters";
import styles from "./LeadList.module.css";
import { isClosed, StageChip } from "./stage";

const ROW = 56;
const CARD = 96;
const AHEAD = 20;
const IDLE_DAYS = 7;
const SOON_DAYS = 60;

/** Where each list was left, so that Back finds the same row. */
const left = new Map<string, string>();

interface LeadGridProps {
  leads: readonly Lead[];
  more: boolean;
  loadMore: () => void;
  loadingMore: boolean;
  /** What is shown is the answer to an earlier question. */
  dimmed: boolean;
  narrow: (next: Partial<LeadSearch>) => void;
}

/**
 * The leads as a grid of which only what is seen is mounted. One row has the focus; arrows, J and K move it, Enter
 * opens it. On a narrow screen each row is a card.
 */
export function LeadGrid({ leads, more, loadMore, loadingMore, dimmed, narrow }: LeadGridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const cards = useMediaQuery("(max-width: 900px)", false, { getInitialValueInEffect: false });
  const address = location.search;
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      leads.findIndex((lead) => lead.id === left.get(address)),
    ),
  );
  const current = Math.min(at, leads.length - 1);
  const rows = useVirtualizer({
    count: leads.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (cards ? CARD : ROW),
    overscan: 8,
    // The row with the focus stays, however far it is scrolled away.
    rangeExtractor: (range) => {
      const shown = new Set([current]);
      const first = Math.max(0, range.startIndex - range.overscan);
      const last = Math.min(range.count - 1, range.endIndex + range.overscan);
      for (let row = first; row <= last; row += 1) shown.add(row);
      return [...shown].toSorted((a, b) => a - b);
    },
  });

  const lastShown = rows.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loadingMore && lastShown >= leads.length - AHEAD) loadMore();
  }, [lastShown, leads.length, loadMore, loadingMore, more]);

  const began = useRef(false);
  useEffect(() => {
    if (began.current) return;
    began.current = true;
    if (left.has(address) && current > 0) {
      rows.scrollToIndex(current, { align: "center" });
      requestAnimationFrame(() => focusRow(scroller.current, current));
    }
  }, [address, current, rows]);

  const move = (to: number) => {
    const next = Math.max(0, Math.min(leads.length - 1, to));
    setAt(next);
    rows.scrollToIndex(next);
    requestAnimationFrame(() => focusRow(scroller.current, next));
  };
  const open = (index: number) => {
    const lead = leads[index];
    if (!lead) return;
    left.set(address, lead.id);
    void navigate({ to: "/leads/$leadId", params: { leadId: lead.id } });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.floor((scroller.current?.clientHeight ?? 600) / (cards ? CARD : ROW)) - 1;
    const to: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: leads.length - 1,
    };
    if (event.key in to) {
      event.preventDefault();
      move(to[event.key]!);
    } else if (
      event.key === "Enter" &&
      event.target === event.currentTarget.querySelector(`[data-row="${current}"]`)
    ) {
      event.preventDefault();
      open(current);
    }
  };
  const latest = useRef({ move, open, current });
  useEffect(() => {
    latest.current = { move, open, current };
  });
  useCommands(
    useMemo(
      () => [
        {
          id: "lead next",
          title: "Next lead",
          group: "Leads",
          keys: "j",
          run: () => latest.current.move(latest.current.current + 1),
        },
        {
          id: "lead previous",
          title: "Previous lead",
          group: "Leads",
          keys: "k",
          run: () => latest.current.move(latest.current.current - 1),
        },
        {
          id: "lead open",
          title: "Open the lead",
          group: "Leads",
          keys: "o",
          run: () => latest.current.open(latest.current.current),
        },
      ],
      [],
    ),
  );

  return (
    <div className={styles.frame} data-dimmed={dimmed || undefined}>
      <div
        className={styles.grid}
        ref={scroller}
        role="grid"
        aria-label="Leads"
        aria-rowcount={more ? -1 : leads.length + 1}
        aria-colcount={COLUMNS.length}
        aria-busy={dimmed}
        tabIndex={-1}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup" className={styles.headGroup}>
          <div role="row" aria-rowindex={1} className={styles.headRow}>
            {COLUMNS.map((title) => (
              <span role="columnheader" key={title}>
                {title}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={styles.rows} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, size }) => {
            const lead = leads[index];
            return (
              lead && (
                <div
                  key={lead.id}
                  role="row"
                  aria-rowindex={index + 2}
                  data-row={index}
                  tabIndex={index === current ? 0 : -1}
                  className={styles.row}
                  style={{ transform: `translateY(${start}px)`, height: size }}
                  onClick={() => {
                    setAt(index);
                    open(index);
                  }}
                  onFocus={(event) => {
                    if (event.target === event.currentTarget) setAt(index);
                  }}
                >
                  <Cells lead={lead} narrow={narrow} focusable={index === current} />
                </div>
              )
            );
          })}
        </div>
      </div>
      <p className={styles.foot} role="status">
        {loadingMore && <Loader size={12} />}
        {more
          ? `The first ${leads.length.toLocaleString("en-US")}`
          : `${leads.length.toLocaleString("en-US")}`}
        {leads.length === 1 && !more ? " lead" : " leads"}
      </p>
    </div>
  );
}

const COLUMNS = ["Name", "Stage", "Line", "X-date", "From", "Owner", "Last contact"] as const;

function Cells({
  lead,
  narrow,
  focusable,
}: {
  lead: Lead;
  narrow: LeadGridProps["narrow"];
  focusable: boolean;
}) {
  const zone = useZone();
  const nameOf = useNameOf();
  const now = useNow();
  const lastHeard = lead.last_contacted_at ?? lead.captured_at;
  const idle = !isClosed(lead.stage) && now - Date.parse(lastHeard) > IDLE_DAYS * 86_400_000;
  const value = (title: string, next: Partial<LeadSearch>, shown: ReactNode) => (
    <button
      type="button"
      className={styles.value}
      title={`Show only: ${title}`}
      tabIndex={focusable ? 0 : -1}
      onClick={(event) => {
        event.stopPropagation();
        narrow(next);
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      {shown}
    </button>
  );
  return (
    <>
      <span role="gridcell" className={styles.who}>
        <Face name={lead.display_name} size={32} />
        <span>
          <strong>{lead.display_name}</strong>
          <small>{lead.phone ? phone(lead.phone) : (lead.email ?? "No way to reach them")}</small>
        </span>
      </span>
      <span role="gridcell" className={styles.stage}>
        {value(words(lead.stage), { stage: [lead.stage] }, <StageChip stage={lead.stage} />)}
      </span>
      <span role="gridcell" className={styles.line}>
        {lead.line_of_business ? words(lead.line_of_business) : "—"}
      </span>
      <span role="gridcell" className={styles.xDate}>
        {lead.x_date ? <XDate date={lead.x_date} zone={zone} /> : "—"}
      </span>
      <span role="gridcell" className={styles.from}>
        {lead.campaign_id && lead.campaign_name
          ? value(lead.campaign_name, { campaign: [lead.campaign_id] }, lead.campaign_name)
          : words(lead.source)}
      </span>
      <span role="gridcell" className={styles.owner}>
        {value(nameOf(lead.owner_id), { owner: [lead.owner_id ?? "none"] }, nameOf(lead.owner_id))}
      </span>
      <span role="gridcell" className={styles.contact} data-idle={idle || undefined}>
        {lead.last_contacted_at ? <When at={lead.last_contacted_at} /> : <span>Never</span>}
        {idle && <span className="visually-hidden">, waiting for more than {IDLE_DAYS} days</span>}
      </span>
    </>
  );
}

function XDate({ date, zone }: { date: string; zone: string }) {
  const days = daysUntil(date, zone);
  const soon = days >= 0 && days <= SOON_DAYS;
  return (
    <span className={styles.date} data-soon={soon || undefined}>
      {day(date)}
      {soon && <small>{days === 0 ? "today" : `in ${days} days`}</small>}
    </span>
  );
}

function focusRow(grid: HTMLElement | null, row: number): void {
  grid?.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus({ preventScroll: true });
}
