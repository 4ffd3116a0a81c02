import { Button, Checkbox, Modal, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { newKey } from "../../api/client";
import { useMe } from "../../session/session";
import { errorOf } from "../../ui/errors";
import { FormActions, Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { roles } from "../queries";
import styles from "../Settings.module.css";
import { ShownOnce } from "../ShownOnce";
import { DAYS, givable, lifetimes } from "./keys";
import { useMakeKey } from "./queries";

/** A new key: what it is for, what it may, how long; then the key itself, this once. */
export function MakeKey({ opened, close }: { opened: boolean; close: () => void }) {
  const [shown, setShown] = useState(false);
  const leave = () => {
    setShown(false);
    close();
  };
  // What is shown once is not lost by a press beside it.
  return (
    <Modal
      opened={opened}
      onClose={leave}
      title={shown ? "Copy the key now" : "Make an API key"}
      size={520}
      closeOnClickOutside={!shown}
      closeOnEscape={!shown}
      withCloseButton={!shown}
    >
      <Form close={leave} made={() => setShown(true)} />
    </Modal>
  );
}

function Form({ close, made }: { close: () => void; made: () => void }) {
  const { user: me } = useMe();
  const { data: told } = useQuery(roles);
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["records:read"]);
  const [days, setDays] = useState(DAYS);
  const wanted = { name, scopes, expires_in_days: days === "" ? null : Number(days) };
  // The same entries sent twice are one key.
  // eslint-disable-next-line react/exhaustive-deps
  const key = useMemo(newKey, [name, scopes, days]);
  const making = useMakeKey();
  if (making.data)
    return (
      <ShownOnce what="key" value={making.data.key} close={close}>
        <strong>This is the only time that the key of {making.data.name} is shown.</strong> Whoever has it
        acts on your behalf: put it where secrets are kept, not into code, chats or mail.
      </ShownOnce>
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    making.mutate({ ...wanted, key }, { onSuccess: made });
  };
  const toggle = (scope: string) =>
    setScopes((now) => (now.includes(scope) ? now.filter((each) => each !== scope) : [...now, scope]));
  return (
    <form className={form.form} onSubmit={submit}>
      <Wrong error={making.error} fields={["/name", "/scopes", "/expires_in_days"]} />
      <TextInput
        label="Name"
        description="What will use it: the website’s form, a spreadsheet."
        required
        withAsterisk={false}
        maxLength={200}
        autoComplete="off"
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={errorOf(making.error, "/name")}
      />
      <fieldset className={styles.scopes}>
        <legend>What it may</legend>
        {givable(told, me.role).map(({ name: scope, words }) => (
          <Checkbox
            key={scope}
            label={words}
            description={scope}
            checked={scopes.includes(scope)}
            onChange={() => toggle(scope)}
          />
        ))}
        {errorOf(making.error, "/scopes") && <span role="alert">{errorOf(making.error, "/scopes")}</span>}
      </fieldset>
      <NativeSelect
        label="Good for"
        data={lifetimes(me.role)}
        value={days}
        onChange={(event) => setDays(event.currentTarget.value)}
        error={errorOf(making.error, "/expires_in_days")}
      />
      <FormActions close={close}>
        <Button type="submit" disabled={scopes.length === 0} loading={making.isPending}>
          Make the key
        </Button>
      </FormActions>
    </form>
  );
}
