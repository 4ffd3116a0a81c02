import { Button, Modal, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { newKey } from "../../api/client";
import { useMe } from "../../session/session";
import { errorOf } from "../../ui/errors";
import { FormActions, Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { words } from "../../ui/format";
import { Link } from "./LinkToHandOn";
import { appointable, ROLE_WORDS } from "./people";
import { type Role, teams } from "../queries";
import { useInvite, type Wanted } from "./queries";
import { Several } from "../Several";

/** Asks somebody to join: by mail, or where none goes out by a link that is shown. */
export function Invite({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="Invite somebody" size={520}>
      <Form close={close} />
    </Modal>
  );
}

function Form({ close }: { close: () => void }) {
  const { user: me, agency } = useMe();
  const { data: known = [] } = useQuery(teams);
  const [wanted, setWanted] = useState<Wanted>({ email: "", role: "agent", team_ids: [] });
  // The same entries sent twice are one invitation.
  // eslint-disable-next-line react/exhaustive-deps
  const key = useMemo(newKey, [wanted]);
  const inviting = useInvite();
  const sent = inviting.data;
  if (sent?.link) return <Link email={sent.email} link={sent.link} close={close} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    inviting.mutate({ ...wanted, key }, { onSuccess: ({ link }) => link === null && close() });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <Wrong error={inviting.error} fields={["/email", "/team_ids", "/role"]} />
      <TextInput
        label="Email"
        type="email"
        description={`They get a link by which they join ${agency.name}.`}
        required
        withAsterisk={false}
        autoComplete="off"
        data-autofocus
        value={wanted.email}
        onChange={({ currentTarget: { value } }) => setWanted((now) => ({ ...now, email: value }))}
        error={errorOf(inviting.error, "/email")}
      />
      <NativeSelect
        label="Role"
        description={ROLE_WORDS[wanted.role]}
        data={appointable(me.role).map((role) => ({ value: role, label: words(role) }))}
        value={wanted.role}
        onChange={({ currentTarget: { value } }) => setWanted((now) => ({ ...now, role: value as Role }))}
        error={errorOf(inviting.error, "/role")}
      />
      <Several
        label="Teams"
        options={known}
        chosen={wanted.team_ids}
        choose={(team_ids) => setWanted((now) => ({ ...now, team_ids }))}
        none="There are no teams yet."
        error={errorOf(inviting.error, "/team_ids")}
      />
      <FormActions close={close}>
        <Button type="submit" loading={inviting.isPending}>
          Invite
        </Button>
      </FormActions>
    </form>
  );
}
