import { Button } from "@mantine/core";
import { IconDownload, IconFileSpreadsheet, IconPlant2 } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { download } from "../api/download";
import type { Fate, Import } from "../api/schema";
import { LinkButton } from "../ui/LinkButton";
import { Card } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { failed } from "../ui/toast";
import { When } from "../ui/When";
import { Fates } from "./Fates";
import { FATES, readAs } from "./fields";
import styles from "./Imports.module.css";
import { importById, importRows } from "./queries";
import { Rows } from "./Rows";

interface ResultProps {
  id: string;
  /** Which campaign its leads are of, where that is known. */
  campaign: string | null;
  another: () => void;
}

/** What an import did: how many rows met which fate, each row with why, and what was not taken in as a file. */
export function Result({ id, campaign, another }: ResultProps) {
  const found = useQuery(importById(id));
  if (found.isPending) {
    return (
      <Card>
        <Lines count={8} label="Loading the import" />
      </Card>
    );
  }
  if (!found.data) return <Failed error={found.error} retry={() => void found.refetch()} what="import" />;
  return <Shown found={found.data} campaign={campaign} another={another} />;
}

function Shown({ found, campaign, another }: { found: Import } & Pick<ResultProps, "campaign" | "another">) {
  const [fate, setFate] = useState<Fate | null>(found.counts.rejected > 0 ? "rejected" : null);
  const { counts } = found;
  const keep = (which: Fate | null) => {
    const path = `/api/v1/imports/${found.id}/rows.csv`;
    download(path, { fate: which ?? undefined }, `${which ?? "all"}-rows.csv`).catch((error: unknown) =>
      failed("The rows were not downloaded", error),
    );
  };
  return (
    <div className={styles.step}>
      <Card
        title={
          counts.captured === 1
            ? "1 lead was captured"
            : `${counts.captured.toLocaleString("en-US")} leads were captured`
        }
        actions={
          <LinkButton
            to="/leads"
            search={campaign ? { campaign: [campaign] } : {}}
            leftSection={<IconPlant2 size={16} stroke={1.7} />}
          >
            {campaign ? "See this campaign’s leads" : "See the leads"}
          </LinkButton>
        }
      >
        <p className={styles.hint}>
          {found.filename}, <When at={found.created_at} />. {counts.rows.toLocaleString("en-US")} rows, read
          as {readAs(found.encoding, found.delimiter)}.
        </p>
        <Fates counts={counts} shown={fate} show={setFate} />
        {counts.rejected > 0 && (
          <p className={styles.mend}>
            <Button
              size="compact-md"
              variant="light"
              leftSection={<IconDownload size={15} />}
              onClick={() => keep("rejected")}
            >
              Download the rejected rows
            </Button>
            <span>Mend them in the file and import it again: what was captured is not captured twice.</span>
          </p>
        )}
      </Card>
      <Card
        title={fate ? FATES[fate].title : "All rows"}
        actions={
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconDownload size={15} />}
            onClick={() => keep(fate)}
          >
            CSV
          </Button>
        }
      >
        <ResultRows found={found} fate={fate} />
      </Card>
      <div className={styles.onwards}>
        <Button size="md" variant="default" onClick={another}>
          Import another file
        </Button>
      </div>
    </div>
  );
}

function ResultRows({ found, fate }: { found: Import; fate: Fate | null }) {
  const rows = useInfiniteQuery(importRows(found.id, fate));
  const items = rows.data?.pages.flatMap((page) => page.items) ?? [];
  if (rows.isPending) return <Lines count={6} label="Loading rows" />;
  if (rows.isError && items.length === 0) {
    return <Failed error={rows.error} retry={() => void rows.refetch()} what="list" />;
  }
  if (items.length === 0) return <Empty icon={<IconFileSpreadsheet />} title="No such row" />;
  return (
    <>
      {rows.isError && <Stale error={rows.error} retry={() => void rows.refetch()} />}
      <Rows rows={items} columns={found.columns} label={fate ? FATES[fate].title : "All rows"} />
      {rows.hasNextPage && (
        <Button variant="default" loading={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}
