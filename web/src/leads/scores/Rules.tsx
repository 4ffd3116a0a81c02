import { ActionIcon, Button, NativeSelect, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import type { ScoringRules, ScoringSignal } from "../../api/schema";
import { useCampaigns } from "../../directory/queries";
import settings from "../../settings/Settings.module.css";
import { words } from "../../ui/format";
import { Wrong } from "../../ui/Form";
import { Card } from "../../ui/Page";
import { linesOfBusiness } from "../lines";
import { useLeadFields } from "../own/queries";
import {
  type Draft,
  defaultsOf,
  draftOf,
  type FieldDraft,
  type Named,
  nextId,
  pointsIn,
  saidBy,
  wrongIn,
} from "./draft";
import { Preview } from "./Preview";
import { useChangeRules, usePreview } from "./queries";
import styles from "./Scoring.module.css";

const PARTS = { fit: "Fit: who they are", behaviour: "Behaviour: what they do" } as const;

const OPS: { value: FieldDraft["op"]; label: string }[] = [
  { value: "known", label: "is known" },
  { value: "is", label: "is" },
  { value: "at_least", label: "is at least" },
  { value: "at_most", label: "is at most" },
];

/** The points of everything that is counted, tried on the agency's leads before they are in force. */
export function Rules({ rules }: { rules: ScoringRules }) {
  const [draft, setDraft] = useState(() => draftOf(rules));
  const changing = useChangeRules();
  const trying = usePreview();
  const own = useLeadFields();
  const kinds = new Map(own.map(({ key, kind }) => [key, kind]));
  const campaigns = useCampaigns();
  const wrong = wrongIn(draft);
  const changed = JSON.stringify(draft) !== JSON.stringify(draftOf(rules));
  const put = (next: Partial<Draft>) => setDraft((before) => ({ ...before, ...next }));
  return (
    <>
      <Counting rules={rules} />
      {(["fit", "behaviour"] as const).map((part) => (
        <Card key={part} title={PARTS[part]}>
          <ul className={styles.rows}>
            {rules.signals
              .filter((signal) => signal.part === part)
              .map((signal) => (
                <SignalRow
                  key={signal.key}
                  signal={signal}
                  points={draft.points[signal.key] ?? ""}
                  write={(points) => put({ points: { ...draft.points, [signal.key]: points } })}
                />
              ))}
          </ul>
        </Card>
      ))}
      <Card title="Where they come from">
        <NamedRows
          label="Source"
          add="Add a source"
          rows={draft.sources}
          write={(sources) => put({ sources })}
        />
        <NamedRows
          label="Campaign"
          add="Add a campaign"
          rows={draft.campaigns}
          options={campaigns.map(({ id, name }) => ({ value: id, label: name }))}
          write={(rows) => put({ campaigns: rows })}
        />
      </Card>
      <Card title="What they want insured">
        <NamedRows
          label="Line"
          add="Add a line"
          rows={draft.lines}
          options={linesOfBusiness.map((value) => ({ value, label: words(value) }))}
          write={(lines) => put({ lines })}
        />
      </Card>
      {own.length > 0 && (
        <Card title="Fields of your own">
          <FieldRows
            rows={draft.fields}
            options={own.map(({ key, label }) => ({ value: key, label }))}
            write={(fields) => put({ fields })}
          />
        </Card>
      )}
      <Card title="Try and save">
        <p className={settings.words}>
          Trying changes nothing: it counts your newest open leads by these points. Once they are saved, all
          open leads are scored anew.
        </p>
        <div role="status">{wrong !== null && <p>{wrong}</p>}</div>
        <Wrong error={trying.error ?? changing.error} />
        <div className={styles.acts}>
          <Button
            variant="default"
            disabled={wrong !== null}
            loading={trying.isPending}
            onClick={() => trying.mutate(saidBy(draft, kinds))}
          >
            Try these points
          </Button>
          <Button
            disabled={wrong !== null || !changed}
            loading={changing.isPending}
            onClick={() => changing.mutate({ number: rules.number, body: saidBy(draft, kinds) })}
          >
            Save
          </Button>
          <Button variant="subtle" onClick={() => setDraft(defaultsOf(rules))}>
            Reset to defaults
          </Button>
        </div>
        <div role="status">{trying.data && <Preview told={trying.data} />}</div>
      </Card>
    </>
  );
}

/** How far the scores are by the rules in force. */
function Counting({ rules: { run, number } }: { rules: ScoringRules }) {
  if (run === null || run === undefined || number === 0) return null;
  const told =
    run.status === "done"
      ? `All ${run.leads_done} leads are scored by these rules.`
      : run.status === "failed"
        ? `Scoring all leads anew came to an end after ${run.leads_done} of ${run.leads}. Save once more, or ask who runs the platform.`
        : `Scoring all leads anew: ${run.leads_done} of ${run.leads}.`;
  return (
    <p role="status" className={settings.words}>
      {told}
    </p>
  );
}

function SignalRow({
  signal,
  points,
  write,
}: {
  signal: ScoringSignal;
  points: string;
  write: (points: string) => void;
}) {
  return (
    <li className={styles.row}>
      <span>
        {signal.words}
        {pointsIn(points) !== signal.default && <small>usually {signal.default}</small>}
      </span>
      <Points label={`Points for ${signal.words}`} hidden value={points} write={write} />
    </li>
  );
}

function Points({
  label,
  hidden = false,
  value,
  write,
}: {
  label: string;
  hidden?: boolean;
  value: string;
  write: (points: string) => void;
}) {
  return (
    <TextInput
      label={hidden ? undefined : label}
      aria-label={hidden ? label : undefined}
      inputMode="text"
      maxLength={4}
      value={value}
      error={pointsIn(value) === null}
      onChange={(event) => write(event.currentTarget.value)}
    />
  );
}

interface NamedRowsProps {
  label: string;
  add: string;
  rows: readonly Named[];
  options?: readonly { value: string; label: string }[];
  write: (rows: Named[]) => void;
}

/** Rows of which each says what something of a name counts. */
function NamedRows({ label, add, rows, options, write }: NamedRowsProps) {
  const at = (place: number, next: Partial<Named>) =>
    write(rows.map((row, each) => (each === place ? { ...row, ...next } : row)));
  const taken = new Set(rows.map(({ name }) => name));
  const left = options?.filter(({ value }) => !taken.has(value));
  return (
    <>
      <ul className={styles.rows}>
        {rows.map((row, place) => (
          <li key={row.id} className={styles.named}>
            {options ? (
              <NativeSelect
                label={label}
                value={row.name}
                data={options
                  .filter(({ value }) => value === row.name || !taken.has(value))
                  .concat(
                    options.some(({ value }) => value === row.name)
                      ? []
                      : [{ value: row.name, label: "Not there any more" }],
                  )}
                onChange={(event) => at(place, { name: event.currentTarget.value })}
              />
            ) : (
              <TextInput
                label={label}
                value={row.name}
                onChange={(event) => at(place, { name: event.currentTarget.value })}
              />
            )}
            <Points label="Points" value={row.points} write={(points) => at(place, { points })} />
            <Remove what={label} remove={() => write(rows.filter((_, each) => each !== place))} />
          </li>
        ))}
      </ul>
      <Add
        disabled={left?.length === 0}
        add={() => write([...rows, { id: nextId(rows), name: left?.[0]?.value ?? "", points: "5" }])}
      >
        {add}
      </Add>
    </>
  );
}

interface FieldRowsProps {
  rows: readonly FieldDraft[];
  options: readonly { value: string; label: string }[];
  write: (rows: FieldDraft[]) => void;
}

function FieldRows({ rows, options, write }: FieldRowsProps) {
  const at = (place: number, next: Partial<FieldDraft>) =>
    write(rows.map((row, each) => (each === place ? { ...row, ...next } : row)));
  return (
    <>
      <ul className={styles.rows}>
        {rows.map((row, place) => (
          <li key={row.id} className={styles.field}>
            <NativeSelect
              label="Field"
              data={[...options]}
              value={row.key}
              onChange={(event) => at(place, { key: event.currentTarget.value })}
            />
            <NativeSelect
              label="Counts where it"
              data={OPS}
              value={row.op}
              onChange={(event) => at(place, { op: event.currentTarget.value as FieldDraft["op"] })}
            />
            {row.op !== "known" && (
              <TextInput
                label="Value"
                value={row.value}
                onChange={(event) => at(place, { value: event.currentTarget.value })}
              />
            )}
            <div className={styles.last}>
              <TextInput
                label="In words"
                placeholder="A young roof"
                value={row.words}
                onChange={(event) => at(place, { words: event.currentTarget.value })}
              />
              <Points label="Points" value={row.points} write={(points) => at(place, { points })} />
              <Remove what="Field" remove={() => write(rows.filter((_, each) => each !== place))} />
            </div>
          </li>
        ))}
      </ul>
      <Add
        add={() =>
          write([
            ...rows,
            { id: nextId(rows), key: options[0]!.value, op: "known", value: "", points: "5", words: "" },
          ])
        }
      >
        Add a field
      </Add>
    </>
  );
}

function Remove({ what, remove }: { what: string; remove: () => void }) {
  return (
    <ActionIcon variant="subtle" size={36} aria-label={`Remove this ${what.toLowerCase()}`} onClick={remove}>
      <IconTrash size={16} aria-hidden="true" />
    </ActionIcon>
  );
}

function Add({
  add,
  disabled = false,
  children,
}: {
  add: () => void;
  disabled?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={styles.acts}>
      <Button
        size="compact-sm"
        variant="default"
        disabled={disabled}
        leftSection={<IconPlus size={15} aria-hidden="true" />}
        onClick={add}
      >
        {children}
      </Button>
    </div>
  );
}
