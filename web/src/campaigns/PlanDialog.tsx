import { Button, Modal, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { newKey } from "../api/client";
import type { Campaign, CampaignKind } from "../api/schema";
import { minorOf } from "../leads/sources/words";
import { errorOf } from "../ui/errors";
import { FormActions, Wrong } from "../ui/Form";
import form from "../ui/Form.module.css";
import { submitByKey } from "../ui/keys";
import { words } from "../ui/format";
import styles from "./Campaigns.module.css";
import { useLaunch, useReplan } from "./queries";
import { type Entered, enteredOf, KINDS, planOf, UTM } from "./words";

const FIELDS = ["/name", "/source", "/currency", "/budget_minor", "/starts_on", "/ends_on"];

interface PlanDialogProps {
  opened: boolean;
  close: () => void;
  done?: (campaign: Campaign) => void;
}

/** A new campaign, which runs at once or is kept as a draft. */
export function PlanDialog({ opened, close, done }: PlanDialogProps) {
  return (
    <Modal opened={opened} onClose={close} title="Plan a campaign" size={600}>
      {opened && <New close={close} done={done ?? close} />}
    </Modal>
  );
}

/** A campaign is planned otherwise. */
export function ReplanDialog({ opened, close, campaign }: PlanDialogProps & { campaign: Campaign }) {
  return (
    <Modal opened={opened} onClose={close} title={`Change ${campaign.name}`} size={600}>
      {opened && <Changed campaign={campaign} close={close} />}
    </Modal>
  );
}

function New({ close, done }: { close: () => void; done: (campaign: Campaign) => void }) {
  const [entered, setEntered] = useState(() => enteredOf(null));
  const [status, setStatus] = useState<"running" | "draft">("running");
  // The same entries sent twice are one campaign.
  // eslint-disable-next-line react/exhaustive-deps
  const key = useMemo(newKey, [entered, status]);
  const launching = useLaunch();
  return (
    <Fields
      entered={entered}
      change={(more) => setEntered((now) => ({ ...now, ...more }))}
      error={launching.error}
      save={() => launching.mutate({ key, body: { ...planOf(entered), status } }, { onSuccess: done })}
      close={close}
      before={
        <NativeSelect
          label="Begins"
          data={[
            { value: "running", label: "At once" },
            { value: "draft", label: "Later: keep it as a draft" },
          ]}
          value={status}
          onChange={(event) => setStatus(event.currentTarget.value as typeof status)}
        />
      }
      submit={
        <Button type="submit" loading={launching.isPending}>
          {status === "draft" ? "Keep the draft" : "Launch it"}
        </Button>
      }
    />
  );
}

function Changed({ campaign, close }: { campaign: Campaign; close: () => void }) {
  // As of the version that it was opened with: what others changed since is refused, and not overwritten.
  const [first] = useState(campaign);
  const [entered, setEntered] = useState(() => enteredOf(first));
  const saving = useReplan(first);
  return (
    <Fields
      entered={entered}
      change={(more) => setEntered((now) => ({ ...now, ...more }))}
      error={saving.error}
      save={() => saving.mutate(planOf(entered), { onSuccess: close })}
      close={close}
      submit={
        <Button type="submit" loading={saving.isPending}>
          Save
        </Button>
      }
    />
  );
}

interface FieldsProps {
  entered: Entered;
  change: (more: Partial<Entered>) => void;
  error: unknown;
  save: () => void;
  close: () => void;
  before?: React.ReactNode;
  submit: React.ReactNode;
}

function Fields({ entered, change, error, save, close, before, submit }: FieldsProps) {
  const noBudget = entered.budget.trim() !== "" && minorOf(entered.budget) === null;
  const backwards = entered.starts !== "" && entered.ends !== "" && entered.ends < entered.starts;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!noBudget && !backwards) save();
  };
  const field = (name: "name" | "source" | "currency" | "budget" | "goal" | "starts" | "ends") => ({
    value: entered[name],
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
  });
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form className={form.form} onSubmit={send} onKeyDown={submitByKey}>
      <Wrong error={error} fields={FIELDS} />
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        maxLength={200}
        autoComplete="off"
        data-autofocus
        error={errorOf(error, "/name")}
        {...field("name")}
      />
      <div className={form.pair}>
        <TextInput
          label="Source of its leads"
          placeholder="postcards, QuoteHub, …"
          required
          withAsterisk={false}
          maxLength={200}
          autoComplete="off"
          error={errorOf(error, "/source")}
          {...field("source")}
        />
        <NativeSelect
          label="Kind"
          data={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
          value={entered.kind}
          onChange={(event) => change({ kind: event.currentTarget.value as CampaignKind })}
        />
        <TextInput
          label="Budget"
          inputMode="decimal"
          placeholder="None"
          autoComplete="off"
          error={noBudget ? "Write it as 1500 or 12.50" : errorOf(error, "/budget_minor")}
          {...field("budget")}
        />
        <TextInput
          label="Currency"
          maxLength={3}
          required
          withAsterisk={false}
          autoComplete="off"
          error={errorOf(error, "/currency")}
          {...field("currency")}
        />
        <TextInput label="Starts" type="date" error={errorOf(error, "/starts_on")} {...field("starts")} />
        <TextInput
          label="Ends"
          type="date"
          error={backwards ? "It ends before it starts" : errorOf(error, "/ends_on")}
          {...field("ends")}
        />
      </div>
      <Textarea label="Goal" autosize minRows={2} maxRows={6} maxLength={2000} {...field("goal")} />
      {before}
      <fieldset className={styles.group}>
        <legend>Its links (UTM)</legend>
        <p>
          As they stand in the addresses that people click. A lead that comes with the same words and from no
          other campaign is this one’s; what is empty here may be anything.
        </p>
        <div className={form.pair}>
          {UTM.map((name) => (
            <TextInput
              key={name}
              label={`${words(name)} (utm_${name})`}
              maxLength={200}
              autoComplete="off"
              value={entered.utm[name]}
              onChange={(event) => change({ utm: { ...entered.utm, [name]: event.currentTarget.value } })}
            />
          ))}
        </div>
      </fieldset>
      <FormActions close={close}>{submit}</FormActions>
    </form>
  );
}
