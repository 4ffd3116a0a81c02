import { Button } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem } from "../api/problem";
import type { Fate, Import } from "../api/schema";
import { Card } from "../ui/Page";
import { Fates } from "./Fates";
import { readAs, rowsInWords } from "./fields";
import styles from "./Imports.module.css";
import { importById, run } from "./queries";
import { ShownRows } from "./ShownRows";

/** The third step: what would become of each row. */
export function Checked({ found, back }: { found: Import; back: () => void }) {
  const queries = useQueryClient();
  const [fate, setFate] = useState<Fate | null>(null);
  const running = useMutation({
    mutationFn: () => run(found.id),
    onSuccess: (now) => queries.setQueryData(importById(found.id).queryKey, now),
  });
  const { counts } = found;
  const written = counts.captured + counts.updated + counts.inquiries;
  const { error } = running;
  return (
    <div className={styles.step}>
      <Card title={found.filename}>
        <p className={styles.hint}>
          {rowsInWords(counts.rows)}, read as {readAs(found)}. No lead has been written yet.{" "}
          {found.plan?.run_automations ? "Automations will run on them." : "No automation will run on them."}
        </p>
        {error && (
          <p className={styles.problem} role="alert">
            {error instanceof ApiProblem ? error.message : "Something went wrong. Please try again."}
          </p>
        )}
        <Fates counts={counts} before shown={fate} show={setFate} />
        <ShownRows found={found} fate={fate} undone={null} before />
      </Card>
      <div className={styles.onwards}>
        <Button
          size="md"
          loading={running.isPending}
          disabled={written === 0}
          onClick={() => running.mutate()}
        >
          {written === 0
            ? "Nothing to import"
            : counts.captured === written
              ? counts.captured === 1
                ? "Import 1 lead"
                : `Import ${counts.captured.toLocaleString("en-US")} leads`
              : `Import ${rowsInWords(written)}`}
        </Button>
        <Button size="md" variant="subtle" leftSection={<IconArrowLeft size={16} />} onClick={back}>
          Change columns or options
        </Button>
        {written === 0 && <p>Every row is there already or cannot be read; see why above.</p>}
      </div>
    </div>
  );
}
