import { Button, Menu, Modal } from "@mantine/core";
import { IconDots, IconPlus, IconWebhook, IconWebhookOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { newKey } from "../../api/client";
import type { Webhook, WebhookWithSecret } from "../../api/schema";
import { useMayAdminister } from "../../session/session";
import { Chip } from "../../ui/Chip";
import { Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { Card } from "../../ui/Page";
import { Sign } from "../../ui/Sign";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { failed } from "../../ui/toast";
import { When } from "../../ui/When";
import settings from "../Settings.module.css";
import { ChangeWebhook } from "./ChangeWebhook";
import { Deliveries } from "./Deliveries";
import { usePause, useRemoveWebhook, useRotateSecret, webhooks } from "./queries";
import { ShowSecret } from "./ShowSecret";
import styles from "./Webhooks.module.css";
import { choiceInWords, standing } from "./words";

/** Where the agency's events are sent. Owners and admins keep them; to others it is said so. */
export function Webhooks() {
  return useMayAdminister() ? (
    <Kept />
  ) : (
    <Card title="Webhooks">
      <p className={settings.words}>
        By webhooks other systems hear what happens here. Owners and admins keep them; ask one of them.
      </p>
    </Card>
  );
}

function Kept() {
  const { data: kept, error, refetch } = useQuery(webhooks);
  const [changing, setChanging] = useState<{ webhook: Webhook | null } | null>(null);
  const [secret, setSecret] = useState<WebhookWithSecret | null>(null);
  const [log, setLog] = useState<string | null>(null);
  const [rotating, setRotating] = useState<Webhook | null>(null);
  const [removing, setRemoving] = useState<Webhook | null>(null);
  const ask = () => void refetch();
  return (
    <Card
      title="Webhooks"
      actions={
        <Button
          leftSection={<IconPlus size={16} aria-hidden="true" />}
          onClick={() => setChanging({ webhook: null })}
        >
          Make a webhook
        </Button>
      }
    >
      <p className={settings.words}>
        What happens here is sent to other systems as it happens, signed, and sent again until it arrives.
      </p>
      {error && kept && <Stale error={error} retry={ask} />}
      {error && !kept && <Failed error={error} retry={ask} what="list" />}
      {!kept && !error && <Lines count={4} label="Loading webhooks" />}
      {kept?.length === 0 && (
        <Empty icon={<IconWebhook size={24} />} title="No webhooks yet">
          Make one for a system that is to hear of new leads, calls or policies.
        </Empty>
      )}
      {kept && kept.length > 0 && (
        <ul className={settings.entries} aria-label="Webhooks">
          {kept.map((webhook) => (
            <Entry
              key={webhook.id}
              webhook={webhook}
              change={() => setChanging({ webhook })}
              look={() => setLog(webhook.id)}
              rotate={() => setRotating(webhook)}
              remove={() => setRemoving(webhook)}
            />
          ))}
        </ul>
      )}
      <ChangeWebhook
        opened={changing}
        close={() => setChanging(null)}
        made={(webhook) => {
          setChanging(null);
          setSecret(webhook);
        }}
      />
      <ShowSecret shown={secret} close={() => setSecret(null)} />
      <Deliveries webhook={kept?.find(({ id }) => id === log) ?? null} close={() => setLog(null)} />
      <Rotate
        key={`rotate ${rotating?.id}`}
        webhook={rotating}
        close={() => setRotating(null)}
        rotated={(webhook) => {
          setRotating(null);
          setSecret(webhook);
        }}
      />
      <Remove key={`remove ${removing?.id}`} webhook={removing} close={() => setRemoving(null)} />
    </Card>
  );
}

interface EntryProps {
  webhook: Webhook;
  change: () => void;
  look: () => void;
  rotate: () => void;
  remove: () => void;
}

function Entry({ webhook, change, look, rotate, remove }: EntryProps) {
  const pausing = usePause();
  const { word, tone } = standing(webhook);
  const paused = webhook.state === "paused";
  const byItself = paused && webhook.paused_because !== "by hand";
  const pause = () =>
    pausing.mutate(webhook, {
      onError: (error) => failed(`${webhook.name} is as it was`, error),
    });
  return (
    <li className={settings.entry}>
      <Sign tone={tone}>
        {paused ? (
          <IconWebhookOff size={18} aria-hidden="true" />
        ) : (
          <IconWebhook size={18} aria-hidden="true" />
        )}
      </Sign>
      <div className={settings.who}>
        <p>
          <strong>{webhook.name}</strong>
          <Chip tone={tone}>{word}</Chip>
          {webhook.personal && <Chip>Personal data</Chip>}
        </p>
        <small>
          {new URL(webhook.url).host} · {choiceInWords(webhook)} ·{" "}
          {webhook.succeeded_at === null ? (
            "nothing delivered yet"
          ) : (
            <>
              last delivered <When at={webhook.succeeded_at} />
            </>
          )}
          {webhook.state === "active" && webhook.failing_since !== null && (
            <>
              {" "}
              · failing since <When at={webhook.failing_since} exact />
            </>
          )}
        </small>
        {byItself && (
          <p role="status" className={styles.notice}>
            Paused because {webhook.paused_because}. What happens meanwhile is held for 30 days: see to the
            receiver, resume, and send all again from the deliveries.
          </p>
        )}
      </div>
      <div className={settings.acts}>
        {paused && (
          <Button
            size="compact-md"
            loading={pausing.isPending}
            onClick={pause}
            aria-label={`Resume ${webhook.name}`}
          >
            Resume
          </Button>
        )}
        <Button
          variant="default"
          size="compact-md"
          onClick={look}
          aria-label={`Deliveries to ${webhook.name}`}
        >
          Deliveries
        </Button>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" size="compact-md" aria-label={`More for ${webhook.name}`}>
              <IconDots size={16} aria-hidden="true" />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={change}>Change…</Menu.Item>
            <Menu.Item onClick={rotate}>New secret…</Menu.Item>
            {!paused && <Menu.Item onClick={pause}>Pause</Menu.Item>}
            <Menu.Item onClick={remove}>Remove…</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
    </li>
  );
}

interface RotateProps {
  webhook: Webhook | null;
  close: () => void;
  rotated: (webhook: WebhookWithSecret) => void;
}

function Rotate({ webhook, close, rotated }: RotateProps) {
  const rotating = useRotateSecret();
  // It is made anew for each webhook that is asked about: pressed twice, it is one new secret.
  const [key] = useState(newKey);
  return (
    <Asked
      title={webhook && `A new secret for ${webhook.name}?`}
      close={close}
      error={rotating.error}
      act="Make a new secret"
      busy={rotating.isPending}
      go={() => webhook && rotating.mutate({ id: webhook.id, key }, { onSuccess: rotated })}
    >
      For 24 hours both sign what is sent. Put the new one in place at the receiver within that time.
    </Asked>
  );
}

function Remove({ webhook, close }: { webhook: Webhook | null; close: () => void }) {
  const removing = useRemoveWebhook();
  return (
    <Asked
      title={webhook && `Remove ${webhook.name}?`}
      close={close}
      error={removing.error}
      act="Remove it"
      busy={removing.isPending}
      danger
      go={() => webhook && removing.mutate(webhook, { onSuccess: close })}
    >
      Nothing is sent any more, also not what waits. Its secret and its deliveries are gone for good.
    </Asked>
  );
}

interface AskedProps {
  /** Null: nothing is asked. */
  title: string | null;
  close: () => void;
  error: unknown;
  /** What is done: the button's words. */
  act: string;
  busy: boolean;
  danger?: boolean;
  go: () => void;
  children: string;
}

/** Asks once more before it is done. */
function Asked({ title, close, error, act, busy, danger = false, go, children }: AskedProps) {
  return (
    <Modal opened={title !== null} onClose={close} title={title} size={480}>
      <div className={form.form}>
        <Wrong error={error} />
        <p>{children}</p>
        <div className={form.actions}>
          <Button variant="default" data-autofocus onClick={close}>
            Cancel
          </Button>
          <Button color={danger ? "red.9" : undefined} loading={busy} onClick={go}>
            {act}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
