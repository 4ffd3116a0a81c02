import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { IconDoorOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Closure } from "../../api/schema";
import { useMe } from "../../session/session";
import { errorBeside, errorOf } from "../../ui/errors";
import form from "../../ui/Form.module.css";
import { moment } from "../../ui/format";
import { Card } from "../../ui/Page";
import { Failed, Lines, Stale } from "../../ui/states";
import { failed } from "../../ui/toast";
import { useZone } from "../../ui/zone";
import settings from "../Settings.module.css";
import styles from "./Leaving.module.css";
import { closure, useClose, useIsOwner, useReopen } from "./queries";

/** The end of the agency here, and the way back. For owners; to others it is said so. */
export function Close() {
  const { agency } = useMe();
  const { data: shown, error, refetch } = useQuery(closure(agency.id));
  const isOwner = useIsOwner();
  const ask = () => void refetch();
  return (
    <Card title="Close the agency" label="Close the agency">
      {error && shown && <Stale error={error} retry={ask} />}
      {error && !shown && <Failed error={error} retry={ask} what="part" />}
      {!shown && !error && <Lines count={2} label="Loading whether the agency is closed" />}
      {shown && !isOwner && (
        <p className={settings.words}>
          An owner can close the agency. Then nobody else works here any more, and after{" "}
          {inDays(shown.erased_after_days)} all that is kept of it is erased.
        </p>
      )}
      {shown?.closure && isOwner && <Closed closure={shown.closure} />}
      {shown && !shown.closure && isOwner && <Open days={shown.erased_after_days} />}
    </Card>
  );
}

const inDays = (days: number): string => (days === 1 ? "a day" : `${days} days`);

function Closed({ closure: { closed_at, erase_at, reason } }: { closure: Closure }) {
  const { agency } = useMe();
  const zone = useZone();
  const reopening = useReopen(agency.id);
  return (
    <div className={styles.closed} role="status">
      <p>
        <strong>
          {agency.name} is closed, since {moment(closed_at, zone)}.
        </strong>{" "}
        Nobody but its owners can sign in, and nothing goes out for it. On {moment(erase_at, zone)} all that
        is kept of it is erased, and nobody can bring it back. Export it before that.
      </p>
      {reason && <p className={settings.words}>{reason}</p>}
      <div>
        <Button
          loading={reopening.isPending}
          onClick={() =>
            reopening.mutate(undefined, {
              onError: (error) => failed("The agency is closed as before", error),
            })
          }
        >
          Reopen the agency
        </Button>
      </div>
    </div>
  );
}

function Open({ days }: { days: number }) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      <p className={settings.words}>
        Once it is closed, nobody but owners can sign in, API keys are refused, and nothing goes out any more.
        For {inDays(days)} you can still export everything, and reopen the agency as it was. After that all of
        it is erased for good: leads, clients, conversations, and the accounts of its people that belong to no
        other agency.
      </p>
      <div>
        <Button
          variant="default"
          leftSection={<IconDoorOff size={16} aria-hidden="true" />}
          onClick={() => setAsked(true)}
        >
          Close the agency…
        </Button>
      </div>
      <Modal opened={asked} onClose={() => setAsked(false)} title="Close the agency?" size={480}>
        <Asked days={days} close={() => setAsked(false)} />
      </Modal>
    </>
  );
}

const plain = (text: string): string => text.trim().replace(/\s+/g, " ").toLowerCase();

function Asked({ days, close }: { days: number; close: () => void }) {
  const { agency } = useMe();
  const closing = useClose(agency.id);
  const [now, setNow] = useState({ name: "", reason: "" });
  const change = (fields: Partial<typeof now>) => setNow({ ...now, ...fields });
  const { error } = closing;
  const wrong = errorBeside(error, ["/name", "/reason"]);
  const ready = plain(now.name) === plain(agency.name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) closing.mutate({ ...now, reason: now.reason || null }, { onSuccess: close });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <p>
        Everybody but the owners is put out within two seconds. In {inDays(days)} all that is kept of{" "}
        {agency.name} is erased, unless an owner reopens it before.
      </p>
      <TextInput
        label="The agency's name"
        description={`Type it to say that you mean it: ${agency.name}`}
        data-autofocus
        autoComplete="off"
        value={now.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        error={errorOf(error, "/name")}
      />
      <Textarea
        label="Why"
        description="Kept in the agency's history; may stay empty."
        maxLength={500}
        rows={2}
        value={now.reason}
        onChange={(event) => change({ reason: event.currentTarget.value })}
        error={errorOf(error, "/reason")}
      />
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" color="red.9" disabled={!ready} loading={closing.isPending}>
          Close the agency
        </Button>
      </div>
    </form>
  );
}
