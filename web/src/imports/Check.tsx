import { Button } from "@mantine/core";
import { IconArrowLeft, IconFileSpreadsheet } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem } from "../api/problem";
import type { DryRun, Fate } from "../api/schema";
import { Card } from "../ui/Page";
import { Empty, Failed, Lines } from "../ui/states";
import { Columns } from "./Columns";
import { Fates } from "./Fates";
import { type ImportField, type Mapping, readAs } from "./fields";
import { decoded, headersOf } from "./headers";
import styles from "./Imports.module.css";
import type { Asked } from "./queries";
import { Rows } from "./Rows";

const PREVIEW = 100;
const BEGINNING = 65_536;

interface CheckProps {
  asked: Asked;
  /** What an import would do, as last heard for this file. */
  found: DryRun | null;
  checking: boolean;
  error: unknown;
  again: () => void;
  map: (mapping: Mapping) => void;
  back: () => void;
  importing: boolean;
  importError: unknown;
  run: () => void;
}

/** The second step: how the file was read, and what would become of each row. */
export function Check(props: CheckProps) {
  const { asked, found, checking, error, again, back, importing, importError, run } = props;
  const change = (header: string, field: ImportField | null) =>
    props.map({ ...asked.mapping, [header]: field });
  if (!found) {
    if (checking) {
      return (
        <Card>
          <Lines count={8} label="Reading the file" />
        </Card>
      );
    }
    if (isUnrecognised(error)) return <Unrecognised {...props} change={change} />;
    return <Failed error={error} retry={again} what="file" />;
  }
  const { counts } = found;
  const wrong = importError ?? (error && !checking ? error : null);
  return (
    <div className={styles.step}>
      <Card title={asked.chosen.file.name}>
        <p className={styles.hint}>
          {counts.rows === 1 ? "1 row" : `${counts.rows.toLocaleString("en-US")} rows`}, read as{" "}
          {readAs(found.encoding, found.delimiter)}.
        </p>
        {wrong !== null && (
          <p className={styles.problem} role="alert">
            {wrong instanceof ApiProblem ? wrong.message : "Something went wrong. Please try again."}
          </p>
        )}
        <Preview found={found} dimmed={checking} />
      </Card>
      <Card title="What the columns hold">
        <Columns columns={found.columns} change={change} />
      </Card>
      <Onwards back={back}>
        <Button size="md" loading={importing} disabled={checking || counts.captured === 0} onClick={run}>
          {counts.captured === 0
            ? "Nothing to import"
            : counts.captured === 1
              ? "Import 1 lead"
              : `Import ${counts.captured.toLocaleString("en-US")} leads`}
        </Button>
        {counts.captured === 0 && <p>Every row is there already or cannot be read; see why above.</p>}
      </Onwards>
    </div>
  );
}

function Preview({ found, dimmed }: { found: DryRun; dimmed: boolean }) {
  const [fate, setFate] = useState<Fate | null>(null);
  const rows = found.rows.filter((row) => fate === null || row.fate === fate);
  const part = found.counts.rows > PREVIEW;
  return (
    <div className={styles.preview} data-dimmed={dimmed || undefined} aria-busy={dimmed}>
      <Fates counts={found.counts} before shown={fate} show={setFate} />
      {rows.length > 0 ? (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        <div className={styles.scrolls} tabIndex={0} role="region" aria-label="Rows of the file">
          <Rows rows={rows} columns={found.columns} label="Rows" before />
        </div>
      ) : (
        <Empty
          icon={<IconFileSpreadsheet />}
          title={part ? "None among the first hundred rows" : "No such row"}
        >
          {part ? "After the import every row can be looked at." : null}
        </Empty>
      )}
      {part && rows.length > 0 && <p className={styles.hint}>Of the first {PREVIEW} rows.</p>}
    </div>
  );
}

function isUnrecognised(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 422 && /no (?:column|row)/i.test(messages(error));
}

function messages(error: ApiProblem): string {
  return [error.message, ...Object.values(error.fields)].join(" ");
}

/** No header says anything to the service: the person says what the columns hold. */
function Unrecognised({
  asked,
  error,
  back,
  change,
}: CheckProps & { change: (h: string, f: ImportField | null) => void }) {
  const { file, number } = asked.chosen;
  const headers = useQuery({
    queryKey: ["dry-run", number, "headers"],
    queryFn: async () =>
      headersOf(decoded(new Uint8Array(await file.slice(0, BEGINNING).arrayBuffer()))).slice(0, 200),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <div className={styles.step}>
      <Card title="What the columns hold">
        <p className={styles.problem} role="alert">
          {messages(error as ApiProblem)}
        </p>
        <p className={styles.hint}>
          Choose the column with names, email addresses or telephone numbers; the others can follow.
        </p>
        <Columns
          columns={(headers.data ?? []).map((header) => ({
            header,
            field: asked.mapping[header] ?? null,
            guessed: !(header in asked.mapping),
            samples: [],
          }))}
          change={change}
        />
      </Card>
      <Onwards back={back} />
    </div>
  );
}

function Onwards({ back, children }: { back: () => void; children?: React.ReactNode }) {
  return (
    <div className={styles.onwards}>
      {children}
      <Button size="md" variant="subtle" leftSection={<IconArrowLeft size={16} />} onClick={back}>
        Another file, or other options
      </Button>
    </div>
  );
}
