import { IconChevronLeft, IconLock } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { newKey } from "../api/client";
import { ApiProblem } from "../api/problem";
import type { DryRun } from "../api/schema";
import { useCommands } from "../commands/registry";
import { useCampaigns } from "../directory/queries";
import { useMayWrite } from "../session/session";
import { fileSize } from "../ui/format";
import { Page } from "../ui/Page";
import { Empty } from "../ui/states";
import { said } from "../ui/toast";
import { Check } from "./Check";
import { ChooseFile, withCampaign } from "./ChooseFile";
import { EarlierImports } from "./EarlierImports";
import type { Mapping } from "./fields";
import styles from "./Imports.module.css";
import { type Asked, type Chosen, dryRun, LARGEST, NO_OPTIONS, runImport } from "./queries";
import { Result } from "./Result";

const route = getRouteApi("/leads/import");
const STEPS = ["File", "Check", "Result"] as const;

let chosenSoFar = 0;

/** A file of leads becomes leads: choose it, see what would happen, do it, see what happened. */
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
  const queries = useQueryClient();
  const campaigns = useCampaigns();
  const picker = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [tooLarge, setTooLarge] = useState<string | null>(null);
  const [options, setOptions] = useState(NO_OPTIONS);
  const [mapping, setMapping] = useState<Mapping>({});
  const [checking, setChecking] = useState(false);
  const [heard, setHeard] = useState<{ number: number; found: DryRun } | null>(null);
  const [done, setDone] = useState<{ id: string; campaign: string } | null>(null);

  const asked = useMemo<Asked | null>(
    () => (chosen && checking && !id ? { chosen, options, mapping } : null),
    [chosen, checking, id, options, mapping],
  );
  const dry = useQuery(dryRun(asked));
  if (asked && dry.data && heard?.found !== dry.data)
    setHeard({ number: asked.chosen.number, found: dry.data });
  const found = asked && heard?.number === asked.chosen.number ? heard.found : null;
  const unreadable = isAboutTheFile(dry.error) && !found;

  // The same file read the same way, sent twice by a second click or after a lost answer, is one import.
  // eslint-disable-next-line react/exhaustive-deps
  const key = useMemo(newKey, [asked]);
  const importing = useMutation({
    mutationFn: (what: Asked) => runImport(what, key),
    onSuccess: (imported, what) => {
      for (const queryKey of [["leads", "list"], ["imports", "list"], ["reports"]]) {
        void queries.invalidateQueries({ queryKey });
      }
      setDone({ id: imported.id, campaign: what.options.campaign });
      said(`${imported.counts.captured.toLocaleString("en-US")} leads were captured`);
      setChecking(false);
      setChosen(null);
      setMapping({});
      void navigate({ search: { import: imported.id } });
    },
  });

  const choose = useCallback((file: File) => {
    chosenSoFar += 1;
    const over = file.size > LARGEST;
    setTooLarge(
      over
        ? `This file has ${fileSize(file.size)}; at most ${fileSize(LARGEST)} can be imported at once. Split it, or leave out columns that are not needed.`
        : null,
    );
    setChosen({ file, number: chosenSoFar });
    setMapping({});
    setHeard(null);
    setChecking(false);
  }, []);
  const another = useCallback(() => void navigate({ search: {} }), [navigate]);

  useCommands(
    useMemo(
      () => [
        {
          id: "import choose",
          title: "Choose a file",
          group: "Import",
          keys: "f",
          keywords: "upload csv",
          disabled: id !== undefined,
          run: () => picker.current?.click(),
        },
        { id: "import another", title: "Import another file", group: "Import", keys: "n", run: another },
      ],
      [another, id],
    ),
  );

  const step = id ? 2 : asked && !unreadable ? 1 : 0;
  useFocusOnStep(step);
  const problem = tooLarge ?? (unreadable && asked ? (dry.error as ApiProblem).message : null);
  return (
    <Page title="Import leads" above={<BackToLeads />}>
      <ol className={styles.steps}>
        {STEPS.map((title, place) => (
          <li
            key={title}
            aria-current={place === step ? "step" : undefined}
            data-done={place < step || undefined}
          >
            <span aria-hidden="true">{place + 1}</span>
            {title}
          </li>
        ))}
      </ol>
      {id ? (
        <Result id={id} campaign={done?.id === id ? done.campaign || null : null} another={another} />
      ) : asked && !unreadable ? (
        <Check
          asked={asked}
          found={found}
          checking={dry.isFetching}
          error={dry.error}
          again={() => void dry.refetch()}
          map={setMapping}
          back={() => setChecking(false)}
          importing={importing.isPending}
          importError={importing.error}
          run={() => importing.mutate(asked)}
        />
      ) : (
        <>
          <ChooseFile
            file={chosen?.file ?? null}
            choose={choose}
            picker={picker}
            options={options}
            setOptions={(now) => setOptions(withCampaign(now, options, campaigns))}
            problem={problem}
            next={() => setChecking(true)}
          />
          <EarlierImports />
        </>
      )}
    </Page>
  );
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

/** Whether it is the file that is wrong, not how it was taken or that nobody answered. */
function isAboutTheFile(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false;
  if (error.status === 413) return true;
  const recognisable = /no (?:column|row)/i.test([error.message, ...Object.values(error.fields)].join(" "));
  return error.status === 422 && "/file" in error.fields && !recognisable;
}

function BackToLeads() {
  return (
    <Link to="/leads" className={styles.back}>
      <IconChevronLeft size={15} aria-hidden="true" />
      Leads
    </Link>
  );
}
