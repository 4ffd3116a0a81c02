import { Button, Modal, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { newKey } from "../../api/client";
import type { LeadSource, LeadSourceWithAddress, SetUpLeadSource } from "../../api/schema";
import { ChooseCampaign } from "../../directory/ChooseCampaign";
import { errorBeside, errorOf } from "../../ui/errors";
import form from "../../ui/Form.module.css";
import { useMakeSource } from "./queries";
import { KINDS, minorOf } from "./words";

const FIRST_FORM = {
  fields: ["name", "email", "phone"],
  required: ["name"],
  consent_text:
    "By ticking this box I agree that you may call, text or email me about insurance at the number and address above, also by automatic means. This is no condition of a purchase.",
};
const FIELDS = ["/name", "/campaign_id", "/cost/minor"];

interface MakeSourceProps {
  opened: boolean;
  close: () => void;
  made: (source: LeadSourceWithAddress) => void;
}

/** A new source: what it is called, who posts there, what it costs. The rest is set up on its own page. */
export function MakeSource({ opened, close, made }: MakeSourceProps) {
  return (
    <Modal opened={opened} onClose={close} title="Add a source" size={480}>
      {opened && <Form close={close} made={made} />}
    </Modal>
  );
}

function Form({ close, made }: Omit<MakeSourceProps, "opened">) {
  const [wanted, setWanted] = useState({
    name: "",
    kind: "vendor" as LeadSource["kind"],
    campaign: "",
    cost: "",
  });
  // The same entries sent twice are one source.
  // eslint-disable-next-line react/exhaustive-deps
  const key = useMemo(newKey, [wanted]);
  const making = useMakeSource();
  const change = (more: Partial<typeof wanted>) => setWanted((now) => ({ ...now, ...more }));
  const minor = minorOf(wanted.cost);
  const noAmount = wanted.cost.trim() !== "" && minor === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (noAmount) return;
    const body = {
      name: wanted.name,
      kind: wanted.kind,
      campaign_id: wanted.campaign || null,
      cost: minor === null ? null : { minor, currency: "USD" },
      form: wanted.kind === "form" ? FIRST_FORM : null,
    } as SetUpLeadSource;
    making.mutate({ key, body }, { onSuccess: made });
  };
  const wrong = errorBeside(making.error, FIELDS);
  return (
    <form className={form.form} onSubmit={submit}>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <TextInput
        label="Name"
        description="As it stands at each lead: the vendor, or the page."
        required
        withAsterisk={false}
        maxLength={200}
        autoComplete="off"
        data-autofocus
        value={wanted.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        error={errorOf(making.error, "/name")}
      />
      <NativeSelect
        label="Kind"
        description={KINDS[wanted.kind].what}
        data={Object.entries(KINDS).map(([value, { word }]) => ({ value, label: word }))}
        value={wanted.kind}
        onChange={(event) => change({ kind: event.currentTarget.value as LeadSource["kind"] })}
      />
      <div className={form.pair}>
        <ChooseCampaign
          value={wanted.campaign}
          choose={(campaign) => change({ campaign })}
          error={errorOf(making.error, "/campaign_id")}
        />
        <TextInput
          label="Cost of a lead, in dollars"
          inputMode="decimal"
          placeholder="0.00"
          value={wanted.cost}
          onChange={(event) => change({ cost: event.currentTarget.value })}
          error={noAmount ? "Write it as 12.50" : errorOf(making.error, "/cost/minor")}
        />
      </div>
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" loading={making.isPending}>
          Add the source
        </Button>
      </div>
    </form>
  );
}
