import { Button, Modal, NativeSelect, Textarea } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import type { PipelineStage, StageSaid } from "../../api/schema";
import { Act, Ordered } from "../../settings/Ordered";
import settings from "../../settings/Settings.module.css";
import { Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { submitByKey } from "../../ui/keys";
import { Card } from "../../ui/Page";
import { moved } from "../../ui/order";
import { isClosed, StageChip } from "../stage";
import { useAskable } from "./askable";
import { withStage } from "./changing";
import { useDefine, useWithdraw } from "./define";
import type { Pipeline } from "./queries";
import { StageEditor } from "./StageEditor";

/** The stages of one pipeline in their order, and why its leads are lost; what is changed holds at once. */
export function Stages({ pipeline, version }: { pipeline: Pipeline; version: number }) {
  const defining = useDefine();
  const withdrawing = useWithdraw();
  const [edited, setEdited] = useState<PipelineStage | "new" | null>(null);
  const [retired, setRetired] = useState<PipelineStage | null>(null);
  const [told, setTold] = useState("");
  const called = new Map(useAskable().map(({ value, label }) => [value, label]));
  const { line, name, stages, exit_reasons } = pipeline;
  const write = (
    changes: { stages?: StageSaid[]; exit_reasons?: string[]; moved?: Record<string, string> },
    done?: () => void,
  ) =>
    defining.mutate(
      { line, version, body: { name, stages: stages as StageSaid[], exit_reasons, moved: {}, ...changes } },
      { onSuccess: done },
    );
  const move = (from: number, to: number) => {
    if (to < 0 || to >= stages.length || from === to) return;
    write({ stages: moved(stages, from, to) as StageSaid[] }, () =>
      setTold(`${stages[from]!.name} is now number ${to + 1} of ${stages.length}`),
    );
  };
  return (
    <Card
      title={line === "default" ? "All lines without stages of their own" : name}
      label={name}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden="true" />} onClick={() => setEdited("new")}>
          Add a stage
        </Button>
      }
    >
      <p role="status" className="visually-hidden">
        {told}
      </p>
      <Wrong error={edited === null && retired === null ? (defining.error ?? withdrawing.error) : null} />
      <Ordered
        label="Stages, in their order"
        items={stages}
        keyOf={({ key }) => key}
        nameOf={(stage) => stage.name}
        busy={defining.isPending}
        move={move}
        renderItem={(stage) => (
          <>
            <p>
              <StageChip stage={stage.kind} name={stage.name} />
            </p>
            <small>{inWords(stage, called)}</small>
          </>
        )}
        renderActs={(stage) => (
          <>
            <Act label={`Change ${stage.name}`} disabled={defining.isPending} act={() => setEdited(stage)}>
              <IconPencil size={16} aria-hidden="true" />
            </Act>
            {!isClosed(stage.kind) && (
              <Act label={`Retire ${stage.name}`} disabled={defining.isPending} act={() => setRetired(stage)}>
                <IconTrash size={16} aria-hidden="true" />
              </Act>
            )}
          </>
        )}
      />
      <Reasons
        key={exit_reasons.join("\n")}
        reasons={exit_reasons}
        busy={defining.isPending}
        keep={(reasons) => write({ exit_reasons: reasons })}
      />
      {line !== "default" && (
        <div className={settings.acts}>
          <Button
            variant="default"
            loading={withdrawing.isPending}
            onClick={() => withdrawing.mutate({ line, version })}
          >
            Use the stages of all lines instead
          </Button>
        </div>
      )}
      {edited !== null && (
        <StageEditor
          edited={edited}
          taken={stages.map(({ key }) => key)}
          error={defining.error}
          saving={defining.isPending}
          close={() => {
            defining.reset();
            setEdited(null);
          }}
          save={(stage) => write({ stages: withStage(stages as StageSaid[], stage) }, () => setEdited(null))}
        />
      )}
      {retired !== null && (
        <Retire
          stage={retired}
          others={stages.filter(({ key, kind }) => key !== retired.key && !isClosed(kind))}
          error={defining.error}
          busy={defining.isPending}
          close={() => {
            defining.reset();
            setRetired(null);
          }}
          retire={(to) =>
            write(
              {
                stages: stages.filter(({ key }) => key !== retired.key) as StageSaid[],
                moved: { [retired.key]: to },
              },
              () => setRetired(null),
            )
          }
        />
      )}
    </Card>
  );
}

function inWords(
  { probability, required, rots_after_days }: PipelineStage,
  called: ReadonlyMap<string, string>,
) {
  return [
    `${probability} % won`,
    ...(required && required.length > 0
      ? [`asks for ${required.map((name) => called.get(name) ?? name).join(", ")}`]
      : []),
    ...(rots_after_days ? [`overdue after ${rots_after_days} days`] : []),
  ].join(" · ");
}

interface ReasonsProps {
  reasons: readonly string[];
  busy: boolean;
  keep: (reasons: string[]) => void;
}

function Reasons({ reasons, busy, keep }: ReasonsProps) {
  const before = reasons.join("\n");
  const [text, setText] = useState(before);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keep([...new Set(text.split("\n").map((each) => each.trim()))].filter(Boolean));
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form className={form.form} onSubmit={submit} onKeyDown={submitByKey}>
      <Textarea
        label="Why leads are lost"
        description="To choose from, one in a line. With none, whatever is written."
        autosize
        minRows={2}
        maxRows={10}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {text !== before && (
        <div className={form.actions}>
          <Button variant="default" onClick={() => setText(before)}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Save the reasons
          </Button>
        </div>
      )}
    </form>
  );
}

interface RetireProps {
  stage: PipelineStage;
  /** Where its leads may go on. */
  others: readonly PipelineStage[];
  error: unknown;
  busy: boolean;
  close: () => void;
  retire: (to: string) => void;
}

function Retire({ stage, others, error, busy, close, retire }: RetireProps) {
  const [to, setTo] = useState(others[0]?.key ?? "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    retire(to);
  };
  return (
    <Modal opened onClose={close} title={`Retire ${stage.name}?`} size={440}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <form className={form.form} onSubmit={submit} onKeyDown={submitByKey}>
        <NativeSelect
          label="Leads that are in it go on in"
          data={others.map(({ key, name }) => ({ value: key, label: name }))}
          data-autofocus
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        <Wrong error={error} />
        <div className={form.actions}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" disabled={to === ""} loading={busy}>
            Retire
          </Button>
        </div>
      </form>
    </Modal>
  );
}
