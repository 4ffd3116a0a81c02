import { type Row, waitingOf } from "./queries";

/** What a report's table is sorted by. */
export type SortBy = "label" | "count" | "median" | "p90" | "waiting";

export interface Sorting {
  by: SortBy;
  descending: boolean;
}

/** The slowest median first: where there is something to do. */
export const FIRST_SORTING: Sorting = { by: "median", descending: true };

const VALUE: Record<Exclude<SortBy, "label">, (row: Row) => number | null> = {
  count: (row) => row.count,
  median: (row) => row.median_seconds,
  p90: (row) => row.p90_seconds,
  waiting: (row) => waitingOf(row),
};

const byName = (a: Row, b: Row): number => a.label.localeCompare(b.label, "en");

/** The lines in order; one without the value is last, whichever way it goes. Equal ones are in order of their names. */
export function sorted(rows: readonly Row[], { by, descending }: Sorting): Row[] {
  const way = descending ? -1 : 1;
  if (by === "label") return rows.toSorted((a, b) => way * byName(a, b));
  const value = VALUE[by];
  return rows.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === right) return byName(a, b);
    if (left === null) return 1;
    if (right === null) return -1;
    return way * (left - right);
  });
}

/** The order after a column's head was pressed: numbers begin with the largest, names with A. */
export function pressed(now: Sorting, by: SortBy): Sorting {
  return { by, descending: now.by === by ? !now.descending : by !== "label" };
}
