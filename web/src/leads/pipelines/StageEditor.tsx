import { Button, Checkbox, Modal, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { PipelineStage, StageSaid } from "../../api/schema";
import { Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { words } from "../../ui/format";
import { submitByKey } from "../../ui/keys";
import { isClosed, OPEN_STAGES } from "../stage";
import { useAskable } from "./askable";
import { keyFor } from "./changing";

interface StageEditorProps {
  edited: PipelineStage | "new";
  /** The keys that stages of this pipeline have. */
  taken: readonly string[];
  error: unknown;
  saving: boolean;
  close: () => void;
  save: (stage: StageSaid) => void;
}

/** One stage: what it is called, what it counts as, and what it asks of leads. */
export function StageEditor({ edited, taken, error, saving, close, save }: StageEditorProps) {
  const there = edited === "new" ? null : edited;
  const [name, setName] = useState(there?.name ?? "");
  const [kind, setKind] = useState<PipelineStage["kind"]>(there?.kind ?? "contacted");
  const [probability, setProbability] = useState<number | string>(there?.probability ?? 50);
  const [days, setDays] = useState<number | string>(there?.rots_after_days ?? "");
  const [required, setRequired] = useState<readonly string[]>(there?.required ?? []);
  const ends = isClosed(kind);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save({
      key: there?.key ?? keyFor(name, kind, taken),
      name: name.trim(),
      kind,
      probability: Number(probability),
      required: [...required],
      rots_after_days: days === "" ? null : Number(days),
    });
  };
  return (
    <Modal opened onClose={close} title={there ? `Change ${there.name}` : "Add a stage"} size={480}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <form className={form.form} onSubmit={submit} onKeyDown={submitByKey}>
        <TextInput
          label="Name"
          maxLength={100}
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {!ends && (
          <>
            <NativeSelect
              label="Counts as"
              description="In reports, filters and assignment"
              data={OPEN_STAGES.map((value) => ({ value, label: words(value) }))}
              value={kind}
              onChange={(event) => setKind(event.currentTarget.value as PipelineStage["kind"])}
            />
            <NumberInput
              label="Won, per cent"
              min={0}
              max={100}
              allowDecimal={false}
              value={probability}
              onChange={setProbability}
            />
            <NumberInput
              label="Overdue after days"
              description="Empty: never"
              min={1}
              max={3650}
              allowDecimal={false}
              value={days}
              onChange={setDays}
            />
          </>
        )}
        <Checkbox.Group
          label="What must be known of a lead before it is here"
          value={[...required]}
          onChange={setRequired}
        >
          {useAskable().map(({ value, label }) => (
            <Checkbox key={value} value={value} label={label} my={6} />
          ))}
        </Checkbox.Group>
        <Wrong error={error} />
        <div className={form.actions}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={saving}
            disabled={name.trim() === "" || (!ends && probability === "")}
          >
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}
