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
}

/**
 * Rows of which only what is seen is mounted. One has the focus; arrows, J and K move it, Enter opens it. On a narrow
 * screen each row is a card.
 */
export function Grid<T extends { id: string }>(props: GridProps<T>) {
  const { noun, place, rows: items, columns, layout, more, loadMore, loadingMore, dimmed } = props;
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
  };
  const open = (index: number) => {
    const item = items[index];
    if (!item) return;
    leaveRow(place, item.id);
    props.open(item);
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
          run: () => latest.current.open(latest.current.current),
        },
      ];
    }, [one, many]),
  );

  return (
    <div className={styles.frame} data-dimmed={dimmed || undefined}>
      <div
        className={styles.grid}
        ref={scroller}
        role="grid"
        aria-label={many}
        aria-rowcount={more ? -1 : items.length + 1}
        aria-colcount={columns.length}
        aria-busy={dimmed}
        tabIndex={-1}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup" className={styles.headGroup}>
          <div role="row" aria-rowindex={1} className={`${styles.headRow} ${layout}`}>
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
                  onClick={() => {
                    setAt(index);
                    open(index);
                  }}
                  onFocus={(event) => {
                    if (event.target === event.currentTarget) setAt(index);
                  }}
                >
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

function focusRow(grid: HTMLElement | null, row: number): void {
  grid?.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus({ preventScroll: true });
}
