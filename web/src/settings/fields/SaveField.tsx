import { Button, Modal, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { newKey } from "../../api/client";
import type { LeadField } from "../../api/schema";
import { linesOfBusiness } from "../../leads/lines";
import { errorBeside, errorOf } from "../../ui/errors";
import form from "../../ui/Form.module.css";
import { words } from "../../ui/format";
import { KINDS, optionsIn } from "./kinds";
import { useSaveField } from "./queries";

const LINES = [
  { value: "", label: "All leads" },
  ...linesOfBusiness.map((value) => ({ value, label: `Leads for ${words(value).toLowerCase()}` })),
];

interface SaveFieldProps {
  /** Null: nothing is open; without a field: a new one. */
  opened: { field: LeadField | null } | null;
  close: () => void;
}

/** A new field, or what one is called and offers. */
export function SaveField({ opened, close }: SaveFieldProps) {
  return (
    <Modal
      opened={opened !== null}
      onClose={close}
      title={opened?.field ? `Change ${opened.field.label}` : "Add a field"}
      size={460}
    >
      {opened && <Form field={opened.field} close={close} />}
    </Modal>
  );
}

function Form({ field, close }: { field: LeadField | null; close: () => void }) {
  const [label, setLabel] = useState(field?.label ?? "");
  const [kind, setKind] = useState<LeadField["kind"]>(field?.kind ?? "text");
  const [options, setOptions] = useState(field?.options.join("\n") ?? "");
  const [line, setLine] = useState<string>(field?.line_of_business ?? "");
  // The same entries sent twice are one field.
  // eslint-disable-next-line react/exhaustive-deps
  const key = useMemo(newKey, [label, kind, options, line]);
  const saving = useSaveField();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate(
      {
        field,
        key,
        label,
        kind,
        options: kind === "choice" ? optionsIn(options) : [],
        line_of_business: (line || null) as LeadField["line_of_business"],
      },
      { onSuccess: close },
    );
  };
  const wrong = errorBeside(saving.error, ["/label", "/key", "/options"]);
  return (
    <form className={form.form} onSubmit={submit}>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <TextInput
        label="Label"
        description="As people ask it: Age of the roof."
        required
        withAsterisk={false}
        maxLength={100}
        autoComplete="off"
        data-autofocus
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
        error={errorOf(saving.error, "/label") ?? errorOf(saving.error, "/key")}
      />
      <NativeSelect
        label="What it holds"
        description={field ? "It stays what it is: what is known hangs on it." : undefined}
        disabled={field !== null}
        data={Object.entries(KINDS).map(([value, name]) => ({ value, label: name }))}
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value as LeadField["kind"])}
      />
      {kind === "choice" && (
        <Textarea
          label="Options"
          description="One a line."
          required
          withAsterisk={false}
          rows={5}
          value={options}
          onChange={(event) => setOptions(event.currentTarget.value)}
          error={errorOf(saving.error, "/options")}
        />
      )}
      <NativeSelect
        label="Of"
        data={LINES}
        value={line}
        onChange={(event) => setLine(event.currentTarget.value)}
      />
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" loading={saving.isPending}>
          {field ? "Save" : "Add the field"}
        </Button>
      </div>
    </form>
  );
}
