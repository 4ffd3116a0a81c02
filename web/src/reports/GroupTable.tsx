import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { durationOrNone } from "./durations";
import { type Report, type Row, waitingOf } from "./queries";
import { GROUPS } from "./search";
import type { SortBy, Sorting } from "./sorting";
import styles from "./Tables.module.css";

interface GroupTableProps {
  report: Report;
  rows: readonly Row[];
  sorting: Sorting;
  sortBy: (by: SortBy) => void;
  open: (row: Row) => void;
}

/** The report's lines as numbers, with their sum; each opens its leads. */
export function GroupTable({ report, rows, sorting, sortBy, open }: GroupTableProps) {
  const waits = waitingOf(report.total) !== null;
  const columns: [SortBy, string][] = [
    ["label", GROUPS[report.group_by]],
    ["count", "Leads"],
    ["median", "Median"],
    ["p90", "90th pct."],
    ...(waits ? ([["waiting", "Waiting"]] as [SortBy, string][]) : []),
  ];
  return (
    <div className={styles.frame}>
      <table className={styles.table}>
        <caption className="visually-hidden">
          The report by {GROUPS[report.group_by].toLowerCase()}, as numbers
        </caption>
        <thead>
          <tr>
            {columns.map(([by, title]) => {
              const on = sorting.by === by;
              return (
                <th
                  key={by}
                  scope="col"
                  aria-sort={on ? (sorting.descending ? "descending" : "ascending") : undefined}
                >
                  <button type="button" onClick={() => sortBy(by)}>
                    {title}
                    {on &&
                      (sorting.descending ? (
                        <IconArrowDown size={13} aria-hidden="true" />
                      ) : (
                        <IconArrowUp size={13} aria-hidden="true" />
                      ))}
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key ?? "none"}>
              <th scope="row">
                <button type="button" className={styles.open} onClick={() => open(row)}>
                  {row.label}
                </button>
              </th>
              <Numbers row={row} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">All</th>
            <Numbers row={report.total} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Numbers({ row }: { row: Report["total"] }) {
  const waiting = waitingOf(row);
  return (
    <>
      <td>{row.count.toLocaleString("en-US")}</td>
      <td>{durationOrNone(row.median_seconds)}</td>
      <td>{durationOrNone(row.p90_seconds)}</td>
      {waiting !== null && <td>{waiting.toLocaleString("en-US")}</td>}
    </>
  );
}
