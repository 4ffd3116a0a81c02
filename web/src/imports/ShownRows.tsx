import { Button } from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { Fate, Import } from "../api/schema";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { FATES } from "./fields";
import styles from "./Imports.module.css";
import { importRows, type Undone } from "./queries";
import { Rows } from "./Rows";

interface ShownRowsProps {
  found: Import;
  fate: Fate | null;
  undone: Undone | null;
  /** Whether it is yet to be done; then the first of each fate are there, and no more. */
  before?: boolean;
}

/** An import's rows, with what became, or would become, of each. */
export function ShownRows({ found, fate, undone, before = false }: ShownRowsProps) {
  const rows = useInfiniteQuery(importRows(found, fate, undone));
  const items = rows.data?.pages.flatMap((page) => page.items) ?? [];
  if (rows.isPending) return <Lines count={6} label="Loading rows" />;
  if (rows.isError && items.length === 0) {
    return <Failed error={rows.error} retry={() => void rows.refetch()} what="list" />;
  }
  if (items.length === 0) return <Empty icon={<IconFileSpreadsheet />} title="No such row" />;
  return (
    <>
      {rows.isError && <Stale error={rows.error} retry={() => void rows.refetch()} />}
      {before && found.counts.rows > items.length && !rows.hasNextPage && (
        <p className={styles.hint}>
          The first rows of each kind. After the import every row can be looked at.
        </p>
      )}
      <Rows rows={items} columns={found.columns} label={fate ? FATES[fate].title : "Rows"} before={before} />
      {rows.hasNextPage && (
        <Button variant="default" loading={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}
