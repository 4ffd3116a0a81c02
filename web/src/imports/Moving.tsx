import type { Import } from "../api/schema";
import { Card } from "../ui/Page";
import { Fates } from "./Fates";
import { rowsInWords } from "./fields";
import styles from "./Imports.module.css";

const TITLES: Record<string, string> = {
  checking: "The file is being checked",
  running: "The file is being imported",
  undoing: "The import is being undone",
};

/** What is being done with an import just now, and how far it is. Closing the page stops nothing. */
export function Moving({ found }: { found: Import }) {
  const { status, counts, rows_done, rows_total, undone } = found;
  const back = undone ? undone.removed + undone.restored + undone.kept : 0;
  const [done, total] =
    status === "undoing"
      ? [back, counts.captured + counts.updated + counts.inquiries]
      : [rows_done, rows_total ?? 0];
  const words = `${done.toLocaleString("en-US")} of ${rowsInWords(total)}`;
  return (
    <Card title={TITLES[status]}>
      <progress
        className={styles.progress}
        max={Math.max(total, 1)}
        value={done}
        aria-label={TITLES[status]}
      />
      <p className={styles.hint} role="status">
        {words}. You may leave this page: it goes on, and stands among the earlier imports.
      </p>
      {status !== "undoing" && <Fates counts={counts} before={status === "checking"} />}
    </Card>
  );
}
