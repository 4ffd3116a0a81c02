import { IconHourglassOff, IconLock } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { newKey } from "../api/client";
import { ApiProblem } from "../api/problem";
import type { Import, ImportStatus } from "../api/schema";
import { useCommands } from "../commands/registry";
import { BackToLeads } from "../leads/BackToLeads";
import { useMayWrite } from "../session/session";
import { fileSize } from "../ui/format";
import { Card, Page } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { said } from "../ui/toast";
import { Checked } from "./Checked";
import { ChooseFile } from "./ChooseFile";
import { EarlierImports } from "./EarlierImports";
import { moves } from "./fields";
import styles from "./Imports.module.css";
import { Moving } from "./Moving";
import { PlanStep } from "./PlanStep";
import { importById, LARGEST, upload } from "./queries";
import { Result } from "./Result";

const route = getRouteApi("/leads/import");
const STEPS = ["File", "Columns", "Check", "Result"] as const;

/** A file of leads becomes leads: choose it, say what it holds, see what would happen, do it, see what happened. */
export function ImportPage() {
  const mayWrite = useMayWrite();
  const { import: id } = route.useSearch();
  if (!mayWrite && !id) {
    return (
      <Page title="Import leads" above={<BackToLeads />}>
        <Empty icon={<IconLock />} title="You may not import leads">
          Ask the agency’s owner or an admin for another role.
        </Empty>
      </Page>
    );
  }
  return <Wizard id={id} />;
}

function Wizard({ id }: { id: string | undefined }) {
  const navigate = route.useNavigate();
  const picker = useRef<HTMLInputElement>(null);
  const another = useCallback(() => void navigate({ search: {} }), [navigate]);
  const [step, setStep] = useState(0);
  useCommands(
    useMemo(
      () => [
        {
          id: "import choose",
          title: "Choose a file",
          group: "Import",
          keys: "f",
          keywords: "upload csv excel xlsx",
          disabled: id !== undefined,
          run: () => picker.current?.click(),
        },
        { id: "import another", title: "Import another file", group: "Import", keys: "n", run: another },
      ],
      [another, id],
    ),
  );
  useFocusOnStep(id ? step : 0);
  return (
    <Page title="Import leads" above={<BackToLeads />}>
      <ol className={styles.steps}>
        {STEPS.map((title, place) => (
          <li
            key={title}
            aria-current={place === (id ? step : 0) ? "step" : undefined}
            data-done={place < (id ? step : 0) || undefined}
          >
            <span aria-hidden="true">{place + 1}</span>
            {title}
          </li>
        ))}
      </ol>
      {id ? <Known key={id} id={id} another={another} at={setStep} /> : <New picker={picker} />}
    </Page>
  );
}

/** No file yet. What is chosen is uploaded at once, and has an address of its own from then on. */
function New({ picker }: { picker: React.RefObject<HTMLInputElement | null> }) {
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [tooLarge, setTooLarge] = useState<string | null>(null);
  const uploading = useMutation({
    // Sent twice after a lost answer, it is kept once.
    mutationFn: (what: { file: File; key: string }) => upload(what.file, what.key),
    onSuccess: (kept) => {
      queries.setQueryData(importById(kept.id).queryKey, kept);
      void queries.invalidateQueries({ queryKey: ["imports", "list"] });
      void navigate({ search: { import: kept.id } });
    },
  });
  const choose = (chosen: File) => {
    const over = chosen.size > LARGEST;
    setFile(chosen);
    setTooLarge(
      over
        ? `This file has ${fileSize(chosen.size)}; at most ${fileSize(LARGEST)} can be imported at once. Split it, or leave out columns that are not needed.`
        : null,
    );
    uploading.reset();
    if (!over) uploading.mutate({ file: chosen, key: newKey() });
  };
  return (
    <div className={styles.step}>
      <ChooseFile
        file={file}
        choose={choose}
        picker={picker}
        uploading={uploading.isPending}
        problem={tooLarge ?? wordsOf(uploading.error)}
      />
      <EarlierImports />
    </div>
  );
}

/** An import that is there, at whatever step it is. */
function Known({ id, another, at }: { id: string; another: () => void; at: (step: number) => void }) {
  const queries = useQueryClient();
  const mayWrite = useMayWrite();
  const found = useQuery(importById(id));
  const [again, setAgain] = useState(false);
  const status = found.data?.status;
  const step = status ? stepOf(status, again) : 1;
  useEffect(() => at(step), [at, step]);
  useTold(found.data, () => {
    for (const queryKey of [["leads", "list"], ["imports", "list"], ["reports"]]) {
      void queries.invalidateQueries({ queryKey });
    }
  });
  if (found.isPending) {
    return (
      <Card>
        <Lines count={8} label="Loading the import" />
      </Card>
    );
  }
  if (!found.data) return <Failed error={found.error} retry={() => void found.refetch()} what="import" />;
  const it = found.data;
  return (
    <>
      {found.isError && <Stale error={found.error} retry={() => void found.refetch()} />}
      {it.problem && it.status !== "failed" && (
        <p className={styles.problem} role="alert">
          {it.problem}
        </p>
      )}
      {moves(it.status) ? (
        <Moving found={it} />
      ) : it.status === "expired" ? (
        <Empty icon={<IconHourglassOff />} title="This file was never imported, and is kept no longer">
          Upload it again to import it.
        </Empty>
      ) : it.status === "checked" && !again ? (
        <Checked found={it} back={() => setAgain(true)} />
      ) : step === 3 || !mayWrite ? (
        <Result found={it} another={another} />
      ) : (
        <PlanStep found={it} checked={() => setAgain(false)} another={another} />
      )}
    </>
  );
}

function stepOf(status: ImportStatus, again: boolean): number {
  if (status === "checking" || (status === "checked" && !again)) return 2;
  return status === "uploaded" || status === "planned" || status === "checked" ? 1 : 3;
}

/** Says it once something that was under way has come to its end. */
function useTold(found: Import | undefined, over: () => void): void {
  const before = useRef(found?.status);
  useEffect(() => {
    const was = before.current;
    before.current = found?.status;
    if (!found || was === undefined || was === found.status || moves(found.status)) return;
    if (was === "running" && found.status === "done")
      said(`${found.counts.captured.toLocaleString("en-US")} leads were captured`);
    if (was === "undoing" && found.status === "undone") said("The import was undone");
    if (was === "running" || was === "undoing") over();
  });
}

/** A new step is where the keyboard and the screen reader go on. */
function useFocusOnStep(step: number): void {
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    const content = document.getElementById("content");
    content?.focus({ preventScroll: true });
    content?.scrollTo({ top: 0 });
  }, [step]);
}

function wordsOf(error: unknown): string | null {
  if (!error) return null;
  return error instanceof ApiProblem ? error.message : "Something went wrong. Please try again.";
}
