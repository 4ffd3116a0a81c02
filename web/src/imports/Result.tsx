import { Button, Modal } from "@mantine/core";
import { IconArrowBackUp, IconDownload, IconPlant2 } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { download } from "../api/download";
import type { Fate, Import } from "../api/schema";
import { useMayWrite } from "../session/session";
import form from "../ui/Form.module.css";
import { LinkButton } from "../ui/LinkButton";
import { Card } from "../ui/Page";
import { failed } from "../ui/toast";
import { When } from "../ui/When";
import { Fates } from "./Fates";
import { FATES, readAs, rowsInWords } from "./fields";
import styles from "./Imports.module.css";
import { importById, type Undone, undo } from "./queries";
import { ShownRows } from "./ShownRows";

const BACK: Record<Undone, string> = { removed: "Removed", restored: "Set back", kept: "Stay as they are" };

/** What an import did: how many rows met which fate, each row with why, all of it as a file, and the way back. */
export function Result({ found, another }: { found: Import; another: () => void }) {
  const [fate, setFate] = useState<Fate | null>(
    found.counts.rejected > 0 && found.status !== "undone" ? "rejected" : null,
  );
  const [undone, setUndone] = useState<Undone | null>(null);
  const { counts, plan } = found;
  const keep = (query: { fate?: Fate; undone?: Undone }) => {
    const path = `/api/v1/imports/${found.id}/rows.csv`;
    download(path, query, "rows.csv").catch((error: unknown) =>
      failed("The rows were not downloaded", error),
    );
  };
  const campaign = plan?.campaign_id ?? null;
  return (
    <div className={styles.step}>
      <Card title={titleOf(found)}>
        <p className={styles.hint}>
          {found.filename}, <When at={found.finished_at ?? found.created_at} />. {rowsInWords(counts.rows)},
          read as {readAs(found)}.{" "}
          {plan && (plan.run_automations ? "Automations ran on them." : "No automation ran on them.")}
        </p>
        {found.problem && (
          <p className={styles.problem} role="alert">
            {found.problem}
          </p>
        )}
        <Fates
          counts={counts}
          shown={fate}
          show={(which) => {
            setFate(which);
            setUndone(null);
          }}
        />
        {found.undone && (
          <TakenBack
            undone={found.undone}
            shown={undone}
            show={(which) => {
              setUndone(which);
              setFate(null);
            }}
          />
        )}
        {counts.rejected > 0 && found.status !== "undone" && (
          <p className={styles.mend}>
            <Button
              size="compact-md"
              variant="light"
              leftSection={<IconDownload size={15} />}
              onClick={() => keep({ fate: "rejected" })}
            >
              Download the rejected rows
            </Button>
            <span>Mend them in the file and import it again: what was captured is not captured twice.</span>
          </p>
        )}
      </Card>
      <Card
        title={undone ? BACK[undone] : fate ? FATES[fate].title : "All rows"}
        actions={
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconDownload size={15} />}
            onClick={() => keep({ fate: fate ?? undefined, undone: undone ?? undefined })}
          >
            CSV
          </Button>
        }
      >
        <ShownRows found={found} fate={fate} undone={undone} />
      </Card>
      <div className={styles.onwards}>
        <LinkButton
          to="/leads"
          search={campaign ? { campaign: [campaign] } : {}}
          size="md"
          leftSection={<IconPlant2 size={16} stroke={1.7} />}
        >
          {campaign ? "See this campaign’s leads" : "See the leads"}
        </LinkButton>
        <Button size="md" variant="default" onClick={another}>
          Import another file
        </Button>
        <Undo found={found} />
      </div>
    </div>
  );
}

function titleOf({ status, counts, undone }: Import): string {
  if (status === "undone") {
    const removed = undone?.removed ?? 0;
    return removed === 1
      ? "The import was undone: 1 lead was removed"
      : `The import was undone: ${removed.toLocaleString("en-US")} leads were removed`;
  }
  const captured =
    counts.captured === 1
      ? "1 lead was captured"
      : `${counts.captured.toLocaleString("en-US")} leads were captured`;
  return status === "failed" ? `Stopped half-way: ${captured}` : captured;
}

function TakenBack({
  undone,
  shown,
  show,
}: {
  undone: NonNullable<Import["undone"]>;
  shown: Undone | null;
  show: (which: Undone | null) => void;
}) {
  return (
    <div
      className={styles.fates}
      role="group"
      aria-label="Rows by what became of them when the import was undone"
    >
      {(Object.keys(BACK) as Undone[]).map((which) => (
        <button
          key={which}
          type="button"
          className={styles.fate}
          data-none={undone[which] === 0 || undefined}
          aria-pressed={shown === which}
          onClick={() => show(shown === which ? null : which)}
        >
          <span>{BACK[which]}</span>
          <strong>{(undone[which] ?? 0).toLocaleString("en-US")}</strong>
        </button>
      ))}
    </div>
  );
}

function Undo({ found }: { found: Import }) {
  const queries = useQueryClient();
  const mayWrite = useMayWrite();
  const [asked, setAsked] = useState(false);
  const undoing = useMutation({
    mutationFn: () => undo(found.id),
    onSuccess: (now) => {
      setAsked(false);
      queries.setQueryData(importById(found.id).queryKey, now);
    },
    onError: (error) => failed("The import was not undone", error),
  });
  const { captured, updated, inquiries } = found.counts;
  if (!mayWrite || found.status === "undone" || captured + updated + inquiries === 0) return null;
  return (
    <>
      <Button
        size="md"
        variant="subtle"
        color="red"
        leftSection={<IconArrowBackUp size={16} />}
        onClick={() => setAsked(true)}
      >
        Undo this import
      </Button>
      <Modal opened={asked} onClose={() => setAsked(false)} title="Undo this import?">
        <ul className={form.effects}>
          <li>
            Leads that only came from it, and that nobody has touched since, are removed. They can be
            restored.
          </li>
          <li>Leads that it updated are set back, field by field, where nothing was changed since.</li>
          <li>What somebody worked on since stays; each row says what became of it.</li>
        </ul>
        <div className={form.actions}>
          <Button variant="default" onClick={() => setAsked(false)}>
            Keep it
          </Button>
          <Button color="red" loading={undoing.isPending} onClick={() => undoing.mutate()}>
            Undo the import
          </Button>
        </div>
      </Modal>
    </>
  );
}
