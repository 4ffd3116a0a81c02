import { Button, Modal, NativeSelect, SegmentedControl, TextInput, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useRef, useState } from "react";
import { newKey } from "../../api/client";
import type { BulkAction, PipelineStage } from "../../api/schema";
import { AssignTo } from "../../directory/AssignTo";
import { ChooseCampaign } from "../../directory/ChooseCampaign";
import form from "../../ui/Form.module.css";
import { submitByKey } from "../../ui/keys";
import { failed } from "../../ui/toast";
import type { LeadSearch } from "../filters";
import { type Pipeline, usePipelines } from "../pipelines/queries";
import { ChooseReturn, type Return } from "../recycling/ChooseReturn";
import { StageChip } from "../stage";
import styles from "./Bulk.module.css";
import { type Action, chosenOf, start } from "./queries";
import type { Selection } from "./selection";
import { leadsInWords } from "./words";

export type Dialog = "assign" | "stage" | "tags" | "enrol" | "recycle" | "remove";

interface BulkDialogsProps {
  dialog: Dialog;
  close: () => void;
  selection: Selection;
  search: LeadSearch;
  /** How many they are; undefined while they are counted. */
  count: number | undefined;
  started: (bulk: BulkAction) => void;
}

/** Asks what exactly is to be done to the chosen leads, and has it done. */
export function BulkDialogs({ dialog, close, selection, search, count, started }: BulkDialogsProps) {
  // A second try of the same is the same.
  const tried = useRef({ said: "", key: "" });
  const starting = useMutation({
    mutationFn: ({ action, confirmed }: { action: Action; confirmed?: number }) => {
      const selected = { ...chosenOf(selection, search), seen: count ?? null };
      const body = { action, selection: selected, confirmed: confirmed ?? null };
      const said = JSON.stringify(body);
      if (tried.current.said !== said) tried.current = { said, key: newKey() };
      return start(body, tried.current.key);
    },
    onSuccess: (bulk) => {
      close();
      started(bulk);
    },
    onError: (error) => failed("Nothing was done", error),
  });
  const act = (action: Action, confirmed?: number) =>
    starting.mutate(confirmed === undefined ? { action } : { action, confirmed });
  const which = count === undefined ? "the chosen leads" : leadsInWords(count);
  if (dialog === "assign") {
    return (
      <AssignTo
        whom={{ display_name: which, team_id: null }}
        opened
        close={close}
        assign={(to) => act({ kind: "assign", ...to })}
      />
    );
  }
  const titles = {
    stage: `Move ${which}`,
    tags: `Tags of ${which}`,
    enrol: `Enrol ${which}`,
    recycle: `Recycle ${which}`,
    remove: `Remove ${which}?`,
  };
  return (
    <Modal opened onClose={close} title={titles[dialog]} size={440}>
      {dialog === "stage" ? (
        <Move act={act} close={close} busy={starting.isPending} />
      ) : dialog === "tags" ? (
        <Tags act={act} close={close} busy={starting.isPending} />
      ) : dialog === "enrol" ? (
        <Enrol act={act} close={close} busy={starting.isPending} />
      ) : dialog === "recycle" ? (
        <RecycleMany act={act} close={close} busy={starting.isPending} />
      ) : (
        <Remove act={act} close={close} busy={starting.isPending} count={count} />
      )}
    </Modal>
  );
}

interface FormProps {
  act: (action: Action, confirmed?: number) => void;
  close: () => void;
  busy: boolean;
}

function Move({ act, close, busy }: FormProps) {
  const there = usePipelines();
  const stages = stagesOf(there);
  const [stage, setStage] = useState(stages[1]!.key);
  const [reason, setReason] = useState("");
  const [exit, setExit] = useState("");
  const lost = stages.find(({ key }) => key === stage)?.kind === "lost";
  const reasons = [...new Set(there.flatMap(({ exit_reasons }) => exit_reasons))];
  const name = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const why = { reason: reason.trim() || null, exit_reason: exit || null };
    act({ kind: "stage", stage, ...(lost ? why : { reason: null }) });
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form className={form.form} onSubmit={submit} onKeyDown={submitByKey}>
      <fieldset className={styles.stages}>
        <legend className="visually-hidden">Stage</legend>
        {stages.map(({ key, kind, name: called }) => (
          <label key={key}>
            <input type="radio" name={name} checked={key === stage} onChange={() => setStage(key)} />
            <StageChip stage={kind} name={called} />
          </label>
        ))}
      </fieldset>
      {lost && reasons.length > 0 && (
        <NativeSelect
          label="Reason"
          data={[{ value: "", label: "Another" }, ...reasons.map((value) => ({ value, label: value }))]}
          value={exit}
          onChange={(event) => setExit(event.currentTarget.value)}
        />
      )}
      {lost && (
        <Textarea
          label="Why they are lost"
          autosize
          minRows={2}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      <Actions close={close} busy={busy} title="Move" />
    </form>
  );
}

/** The stages of all pipelines but the won, each once: a lead that has none of this key is left as it is, and says so. */
function stagesOf(there: readonly Pipeline[]): PipelineStage[] {
  const all = there.flatMap(({ stages }) => stages).filter(({ kind }) => kind !== "won");
  const first = all.filter(({ key }, place) => all.findIndex((each) => each.key === key) === place);
  return [...first.filter(({ kind }) => kind !== "lost"), ...first.filter(({ kind }) => kind === "lost")];
}

const MODES = [
  { value: "add", label: "Add" },
  { value: "remove", label: "Take" },
  { value: "replace", label: "Replace all" },
];

function Tags({ act, close, busy }: FormProps) {
  const [mode, setMode] = useState<"add" | "remove" | "replace">("add");
  const [written, setWritten] = useState("");
  const [asked, setAsked] = useState(false);
  const tags = [...new Set(written.split(",").map((tag) => tag.trim()))].filter(Boolean);
  const wrong = tags.some((tag) => tag.length > 50)
    ? "A tag has at most 50 characters"
    : tags.length === 0 && mode !== "replace"
      ? "Write a tag"
      : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (wrong === null) act({ kind: "tags", mode, tags });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <SegmentedControl
        aria-label="What becomes of tags"
        data={MODES}
        value={mode}
        onChange={(next) => setMode(next as typeof mode)}
        fullWidth
      />
      <TextInput
        label="Tags"
        description={
          mode === "replace"
            ? "Separated by commas; each lead has these and no others. Nothing takes all tags."
            : "Separated by commas"
        }
        value={written}
        error={asked && wrong}
        data-autofocus
        onChange={(event) => setWritten(event.currentTarget.value)}
      />
      <Actions
        close={close}
        busy={busy}
        title={mode === "add" ? "Add" : mode === "remove" ? "Take" : "Replace"}
      />
    </form>
  );
}

function Enrol({ act, close, busy }: FormProps) {
  const [campaign, setCampaign] = useState("");
  const [asked, setAsked] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (campaign) act({ kind: "enrol", campaign_id: campaign });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <ChooseCampaign
        description="They stay in those they are in. Closed ones take nobody any more."
        none="Choose a campaign"
        open
        value={campaign}
        choose={setCampaign}
        error={asked && !campaign && "Choose one"}
        data-autofocus
      />
      <Actions close={close} busy={busy} title="Enrol" />
    </form>
  );
}

function RecycleMany({ act, close, busy }: FormProps) {
  const [when, setWhen] = useState<Return | null>(null);
  const [reason, setReason] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (when !== null) act({ kind: "recycle", ...when, reason: reason.trim() || null });
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form className={form.form} onSubmit={submit} onKeyDown={submitByKey}>
      <p>They leave board and lists, and come back by themselves.</p>
      <ChooseReturn leadId={null} choose={setWhen} />
      <Textarea
        label="Why"
        autosize
        minRows={2}
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Actions close={close} busy={busy} title="Recycle" disabled={when === null} />
    </form>
  );
}

function Remove({ act, close, busy, count }: FormProps & { count: number | undefined }) {
  const [written, setWritten] = useState("");
  const [asked, setAsked] = useState(false);
  const right = count !== undefined && Number(written.replaceAll(",", "")) === count && written.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (right) act({ kind: "remove" }, count);
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <ul className={form.effects}>
        <li>No list shows them any more, and no report counts them.</li>
        <li>Their history stays. They can be restored, one by one or all at once.</li>
        <li>Leads that became clients stay.</li>
      </ul>
      <TextInput
        label={`To go on, write how many they are: ${count?.toLocaleString("en-US") ?? "…"}`}
        inputMode="numeric"
        value={written}
        error={asked && !right && "This is another number"}
        data-autofocus
        onChange={(event) => setWritten(event.currentTarget.value)}
      />
      <Actions
        close={close}
        busy={busy}
        title={count === undefined ? "Remove" : `Remove ${leadsInWords(count)}`}
        red
      />
    </form>
  );
}

function Actions({
  close,
  busy,
  title,
  red = false,
  disabled = false,
}: {
  close: () => void;
  busy: boolean;
  title: string;
  red?: boolean;
  disabled?: boolean;
}) {
  return (
    <div className={form.actions}>
      <Button variant="default" onClick={close}>
        Cancel
      </Button>
      <Button type="submit" loading={busy} disabled={disabled} color={red ? "red" : undefined}>
        {title}
      </Button>
    </div>
  );
}
