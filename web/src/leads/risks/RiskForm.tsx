import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { LeadRisk } from "../../api/schema";
import { errorOf } from "../../ui/errors";
import { FormActions, Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { words } from "../../ui/format";
import { ASKED, entries, type Kind, said } from "./facts";
import { useRemoveRisk, useSaveRisk } from "./queries";

interface RiskFormProps {
  leadId: string;
  kind: Kind;
  /** What is changed; null: one is added. */
  risk: LeadRisk | null;
  close: () => void;
}

/** What is known of a home, a vehicle, or anything else that is to be insured. */
export function RiskForm({ leadId, kind, risk, close }: RiskFormProps) {
  const [entered, setEntered] = useState(() => entries(kind, risk));
  const saving = useSaveRisk(leadId);
  const removing = useRemoveRisk(leadId);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate({ id: risk?.id ?? null, body: said(kind, entered) }, { onSuccess: close });
  };
  const enter = (name: string, value: string) => setEntered((now) => ({ ...now, [name]: value }));
  const pointers = ASKED[kind].map(({ name }) => `/${kind}/${name}`);
  return (
    <form className={form.form} onSubmit={submit}>
      <Wrong error={saving.error ?? removing.error} fields={pointers} />
      <div className={form.pair}>
        {ASKED[kind].map(({ name, label, options, kind: of }, place) =>
          options ? (
            <NativeSelect
              key={name}
              label={label}
              value={entered[name]}
              onChange={(event) => enter(name, event.currentTarget.value)}
              data={[
                { value: "", label: "Not known" },
                ...options.map((value) => ({ value, label: words(value) })),
              ]}
            />
          ) : (
            <TextInput
              key={name}
              label={label}
              inputMode={of === "number" ? "numeric" : undefined}
              maxLength={300}
              value={entered[name]}
              onChange={(event) => enter(name, event.currentTarget.value)}
              error={errorOf(saving.error, `/${kind}/${name}`)}
              data-autofocus={place === 0 || undefined}
            />
          ),
        )}
      </div>
      <FormActions close={close}>
        {risk && (
          <Button
            color="red"
            variant="light"
            loading={removing.isPending}
            onClick={() => removing.mutate(risk.id, { onSuccess: close })}
          >
            Remove
          </Button>
        )}
        <Button type="submit" loading={saving.isPending}>
          Save
        </Button>
      </FormActions>
    </form>
  );
}
