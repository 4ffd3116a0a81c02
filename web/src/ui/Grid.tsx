import { Loader } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useCommands } from "../commands/registry";
import styles from "./Grid.module.css";
import { leaveRow, leftAt } from "./rows";

const ROW = 56;
const CARD = 96;
const AHEAD = 20;

/** One column. On a narrow screen its cell is part of a card, laid out by the grid's own class. */
export interface Column<T> {
  title: string;
  className?: string | undefined;
  /** Sorts the list by it, and says how it is sorted now. */
  sort?: { now: "ascending" | "descending" | null; by: () => void } | undefined;
  /** `focusable`: whether what can be pressed in it is reached by Tab, as in the row with the focus. */
  cell: (row: T, focusable: boolean) => ReactNode;
}

/** What is chosen of the rows, for what is done to several at once. */
export interface Chosen {
  has: (id: string) => boolean;
  set: (ids: readonly string[], on: boolean) => void;
  shown: "none" | "some" | "all";
}

interface GridProps<T> {
  /** What the rows are: `["Lead", "Leads"]`. */
  noun: readonly [one: string, many: string];
  /** What this list is called where its last row is remembered. */
  place: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  /** Lays a row's cells out: as columns, and on a narrow screen as a card. */
  layout: string;
  more: boolean;
  loadMore: () => void;
  loadingMore: boolean;
  /** What is shown is the answer to an earlier question. */
  dimmed: boolean;
  open: (row: T) => void;
  /** Opens a row on a page of its own, where `open` shows it beside. */
  openPage?: (row: T) => void;
  /** The row that is shown beside; what is shown follows the focus. */
  beside?: string | undefined;
  chosen?: Chosen | undefined;
  /** Edits a row where it stands. */
  edit?: ((row: T) => void) | undefined;
}

/**
 * Rows of which only what is seen is mounted. One has the focus; arrows, J and K move it, Enter opens it. On a narrow
 * screen each row is a card.
 */
export function Grid<T extends { id: string }>(props: GridProps<T>) {
  const {
    noun,
    place,
    rows: items,
    columns,
    layout,
    more,
    loadMore,
    loadingMore,
    dimmed,
    beside,
    chosen,
  } = props;
  const [one, many] = noun;
  const scroller = useRef<HTMLDivElement>(null);
  const cards = useMediaQuery("(max-width: 900px)", false, { getInitialValueInEffect: false });
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      items.findIndex(({ id }) => id === leftAt(place)),
    ),
  );
  const current = Math.min(at, items.length - 1);
  const rows = useVirtualizer({
    count: items.length,
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
    if (more && !loadingMore && lastShown >= items.length - AHEAD) loadMore();
  }, [lastShown, items.length, loadMore, loadingMore, more]);

  const began = useRef(false);
  useEffect(() => {
    if (began.current) return;
    began.current = true;
    if (leftAt(place) !== undefined && current > 0) {
      rows.scrollToIndex(current, { align: "center" });
      requestAnimationFrame(() => focusRow(scroller.current, current));
    }
  }, [place, current, rows]);

  const move = (to: number) => {
    const next = Math.max(0, Math.min(items.length - 1, to));
    setAt(next);
    rows.scrollToIndex(next);
    requestAnimationFrame(() => focusRow(scroller.current, next));
    if (beside !== undefined) open(next);
  };
  // From here to the next one that is chosen with Shift.
  const anchor = useRef<string | null>(null);
  const choose = (index: number, on: boolean, through: boolean) => {
    const item = items[index];
    if (!item || !chosen) return;
    const from = through ? items.findIndex(({ id }) => id === anchor.current) : -1;
    const [first, last] = from === -1 ? [index, index] : [Math.min(from, index), Math.max(from, index)];
    chosen.set(
      items.slice(first, last + 1).map(({ id }) => id),
      on,
    );
    anchor.current = item.id;
  };
  const toggle = (index: number, through = false) => {
    const item = items[index];
    if (item && chosen) choose(index, through || !chosen.has(item.id), through);
  };
  const open = (index: number) => {
    const item = items[index];
    if (!item) return;
    leaveRow(place, item.id);
    props.open(item);
  };
  const openPage = (index: number) => {
    const item = items[index];
    if (!item) return;
    leaveRow(place, item.id);
    (props.openPage ?? props.open)(item);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.floor((scroller.current?.clientHeight ?? 600) / (cards ? CARD : ROW)) - 1;
    const to: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: items.length - 1,
    };
    const onRow = event.target === event.currentTarget.querySelector(`[data-row="${current}"]`);
    if (event.key in to) {
      event.preventDefault();
      const next = Math.max(0, Math.min(items.length - 1, to[event.key]!));
      if (event.shiftKey && chosen) {
        if (anchor.current === null) choose(current, true, false);
        choose(next, true, true);
      }
      move(next);
    } else if (onRow && event.key === "Enter") {
      event.preventDefault();
      if (event.shiftKey) openPage(current);
      else open(current);
    } else if (onRow && event.key === " " && chosen) {
      event.preventDefault();
      toggle(current, event.shiftKey);
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey) && chosen) {
      event.preventDefault();
      chosen.set(
        items.map(({ id }) => id),
        true,
      );
    }
  };
  const edit = (index: number) => {
    const item = items[index];
    if (item) props.edit?.(item);
  };
  const latest = useRef({ move, openPage, toggle, edit, current });
  useEffect(() => {
    latest.current = { move, openPage, toggle, edit, current };
  });
  const choosable = chosen !== undefined;
  const editable = props.edit !== undefined;
  useCommands(
    useMemo(() => {
      const word = one.toLowerCase();
      return [
        {
          id: `${word} next`,
          title: `Next ${word}`,
          group: many,
          keys: "j",
          run: () => latest.current.move(latest.current.current + 1),
        },
        {
          id: `${word} previous`,
          title: `Previous ${word}`,
          group: many,
          keys: "k",
          run: () => latest.current.move(latest.current.current - 1),
        },
        {
          id: `${word} open`,
          title: `Open the ${word}`,
          group: many,
          keys: "o",
          run: () => latest.current.openPage(latest.current.current),
        },
        ...(editable
          ? [
              {
                id: `${word} edit row`,
                title: `Edit the ${word} in the list`,
                group: many,
                keys: "e",
                run: () => latest.current.edit(latest.current.current),
              },
            ]
          : []),
        ...(choosable
          ? [
              {
                id: `${word} choose`,
                title: `Choose the ${word}`,
                group: many,
                keys: "x",
                keywords: "select check",
                run: () => latest.current.toggle(latest.current.current),
              },
            ]
          : []),
      ];
    }, [choosable, editable, one, many]),
  );

  return (
    <div className={styles.frame} data-dimmed={dimmed || undefined}>
      <div
        className={styles.grid}
        ref={scroller}
        role="grid"
        aria-label={many}
        aria-rowcount={more ? -1 : items.length + 1}
        aria-colcount={columns.length + (chosen ? 1 : 0)}
        aria-multiselectable={chosen ? true : undefined}
        aria-busy={dimmed}
        tabIndex={-1}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup" className={styles.headGroup}>
          <div role="row" aria-rowindex={1} className={`${styles.headRow} ${layout}`}>
            {chosen && (
              <span role="columnheader" className={styles.choose}>
                <Tick
                  label={`All ${many.toLowerCase()} that are shown`}
                  checked={chosen.shown === "all"}
                  some={chosen.shown === "some"}
                  focusable
                  change={() =>
                    chosen.set(
                      items.map(({ id }) => id),
                      chosen.shown !== "all",
                    )
                  }
                />
              </span>
            )}
            {columns.map(({ title, sort }) => (
              <span role="columnheader" key={title} aria-sort={sort?.now ?? undefined}>
                {sort ? (
                  <button type="button" className={styles.sort} onClick={sort.by} title={`Sort by ${title}`}>
                    {title}
                    {sort.now && <span aria-hidden="true">{sort.now === "ascending" ? " ↑" : " ↓"}</span>}
                  </button>
                ) : (
                  title
                )}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={styles.rows} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, size }) => {
            const item = items[index];
            return (
              item && (
                <div
                  key={item.id}
                  role="row"
                  aria-rowindex={index + 2}
                  data-row={index}
                  tabIndex={index === current ? 0 : -1}
                  className={`${styles.row} ${layout}`}
                  style={{ transform: `translateY(${start}px)`, height: size }}
                  aria-selected={chosen ? chosen.has(item.id) : undefined}
                  aria-current={item.id === beside || undefined}
                  onClick={() => {
                    setAt(index);
                    open(index);
                  }}
                  onDoubleClick={editable ? () => edit(index) : undefined}
                  onFocus={(event) => {
                    if (event.target === event.currentTarget) setAt(index);
                  }}
                >
                  {chosen && (
                    // The whole cell is meant, not the small box in it.
                    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
                    <span
                      role="gridcell"
                      className={styles.choose}
                      onClick={(event) => {
                        event.stopPropagation();
                        setAt(index);
                        toggle(index, event.shiftKey);
                      }}
                    >
                      <Tick
                        label={`Choose row ${index + 1}`}
                        checked={chosen.has(item.id)}
                        focusable={index === current}
                      />
                    </span>
                  )}
                  {columns.map(({ title, className, cell }) => (
                    <span role="gridcell" key={title} className={className}>
                      {cell(item, index === current)}
                    </span>
                  ))}
                </div>
              )
            );
          })}
        </div>
      </div>
      <p className={styles.foot} role="status">
        {loadingMore && <Loader size={12} />}
        {more && "The first "}
        {items.length.toLocaleString("en-US")} {(items.length === 1 && !more ? one : many).toLowerCase()}
      </p>
    </div>
  );
}

interface TickProps {
  label: string;
  checked: boolean;
  some?: boolean;
  focusable: boolean;
  change?: () => void;
}

/** A box to choose by; without `change` what stands around it is pressed. */
function Tick({ label, checked, some = false, focusable, change }: TickProps) {
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={checked}
      tabIndex={focusable ? 0 : -1}
      ref={(box) => {
        if (box) box.indeterminate = some;
      }}
      onChange={() => change?.()}
      // Space is the box's own; the row would take it as its own a second time.
      onKeyDown={(event) => event.key === " " && event.stopPropagation()}
    />
  );
}

function focusRow(grid: HTMLElement | null, row: number): void {
  grid?.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus({ preventScroll: true });
}
