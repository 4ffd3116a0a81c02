import { Button, Checkbox, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { newKey } from "../../api/client";
import type { Webhook, WebhookWithSecret } from "../../api/schema";
import { errorOf } from "../../ui/errors";
import { FormActions, Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { Events } from "./Events";
import { useChangeWebhook, useMakeWebhook, type Wanted } from "./queries";

const FIELDS = ["/name", "/url", "/event_types"];
const NEW: Wanted = { name: "", url: "https://", event_types: [], personal: false };

interface ChangeWebhookProps {
  /** Null: nothing is open; without a webhook: a new one. */
  opened: { webhook: Webhook | null } | null;
  close: () => void;
  /** A new one is made; its secret is to be shown. */
  made: (webhook: WebhookWithSecret) => void;
}

/** A webhook's name, address, and which events it is sent. */
export function ChangeWebhook({ opened, close, made }: ChangeWebhookProps) {
  const webhook = opened?.webhook ?? null;
  return (
    <Modal
      opened={opened !== null}
      onClose={close}
      title={webhook ? `Change ${webhook.name}` : "Make a webhook"}
      size={560}
    >
      {opened && <Form key={webhook?.id ?? "new"} webhook={webhook} close={close} made={made} />}
    </Modal>
  );
}

type FormProps = Omit<ChangeWebhookProps, "opened"> & { webhook: Webhook | null };

function Form({ webhook, close, made }: FormProps) {
  const [wanted, setWanted] = useState<Wanted>(webhook ?? NEW);
  // The same entries sent twice are one webhook.
  // eslint-disable-next-line react/exhaustive-deps
  const key = useMemo(newKey, [wanted]);
  const making = useMakeWebhook();
  const changing = useChangeWebhook();
  const error = making.error ?? changing.error;
  const change = (more: Partial<Wanted>) => setWanted((now) => ({ ...now, ...more }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { name, url, event_types, personal } = wanted;
    const body = { name, url, event_types, personal };
    if (webhook) changing.mutate({ webhook, ...body }, { onSuccess: close });
    else making.mutate({ ...body, key }, { onSuccess: made });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <Wrong error={error} fields={FIELDS} />
      <TextInput
        label="Name"
        description="What receives it: the warehouse, the agency’s own site."
        required
        withAsterisk={false}
        maxLength={100}
        autoComplete="off"
        data-autofocus
        value={wanted.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        error={errorOf(error, "/name")}
      />
      <TextInput
        label="Address"
        description="Begins with https:// and is on the public internet."
        type="url"
        required
        withAsterisk={false}
        maxLength={2000}
        autoComplete="off"
        value={wanted.url}
        onChange={(event) => change({ url: event.currentTarget.value })}
        error={errorOf(error, "/url")}
      />
      <Events
        chosen={wanted.event_types}
        choose={(event_types) => change({ event_types })}
        error={errorOf(error, "/event_types")}
      />
      <Checkbox
        label="Send personal data"
        description="Names, addresses and what was said go along. Without it, ids alone."
        checked={wanted.personal}
        onChange={(event) => change({ personal: event.currentTarget.checked })}
      />
      <FormActions close={close}>
        <Button
          type="submit"
          disabled={wanted.event_types?.length === 0}
          loading={making.isPending || changing.isPending}
        >
          {webhook ? "Save" : "Make the webhook"}
        </Button>
      </FormActions>
    </form>
  );
}
