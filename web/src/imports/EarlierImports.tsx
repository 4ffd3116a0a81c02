import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Import } from "../api/schema";
import { Card } from "../ui/Page";
import { Failed, Lines } from "../ui/states";
import { When } from "../ui/When";
import { moves, rowsInWords, STATUSES } from "./fields";
import styles from "./Imports.module.css";
import { importList } from "./queries";

/** The imports so far; each leads to what it did. */
export function EarlierImports() {
  const imports = useInfiniteQuery(importList());
  const items = imports.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card title="Earlier imports">
      {imports.isPending ? (
        <Lines label="Loading earlier imports" />
      ) : imports.isError && items.length === 0 ? (
        <Failed error={imports.error} retry={() => void imports.refetch()} what="list" />
      ) : items.length === 0 ? (
        <p className={styles.hint}>There are none yet.</p>
      ) : (
        <ul className={styles.earlier}>
          {items.map((each) => (
            <li key={each.id}>
              <Link to="/leads/import" search={{ import: each.id }}>
                {each.filename}
              </Link>
              <span>{counted(each)}</span>
              <span className={styles.earlierWhen}>
                <When at={each.created_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {imports.hasNextPage && (
        <Button
          variant="default"
          loading={imports.isFetchingNextPage}
          onClick={() => void imports.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </Card>
  );
}

function counted({ status, counts, rows_done, rows_total }: Import): string {
  if (moves(status))
    return `${STATUSES[status]}, ${rows_done.toLocaleString("en-US")} of ${rowsInWords(rows_total ?? 0)}`;
  if (status !== "done") return STATUSES[status];
  const parts = [
    `${counts.captured.toLocaleString("en-US")} captured`,
    counts.updated > 0 && `${counts.updated.toLocaleString("en-US")} updated`,
    counts.inquiries > 0 && `${counts.inquiries.toLocaleString("en-US")} inquiries`,
    counts.duplicates > 0 && `${counts.duplicates.toLocaleString("en-US")} duplicates`,
    counts.rejected > 0 && `${counts.rejected.toLocaleString("en-US")} rejected`,
  ];
  return parts.filter(Boolean).join(", ");
}
