import { Button, Modal, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { User } from "../../api/schema";
import { useMe } from "../../session/session";
import { errorOf } from "../../ui/errors";
import { FormActions, Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { words } from "../../ui/format";
import { Leaving } from "./Leaving";
import { LostFactor } from "./LostFactor";
import { appointable, ROLE_WORDS } from "./people";
import { type Role, teams } from "../queries";
import { useChangePerson } from "./queries";
import { Several } from "../Several";

/** A person's role and teams, and whether they may sign in. */
export function ChangePerson({ person, close }: { person: User | null; close: () => void }) {
  return (
    <Modal opened={person !== null} onClose={close} title={person ? `Change ${person.name}` : ""} size={520}>
      {person && <Form key={person.id} person={person} close={close} />}
    </Modal>
  );
}

function Form({ person, close }: { person: User; close: () => void }) {
  const { user: me } = useMe();
  const { data: known = [] } = useQuery(teams);
  const [role, setRole] = useState<Role>(person.role);
  const [chosen, setChosen] = useState<string[]>(person.team_ids);
  const changing = useChangePerson();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changing.mutate({ person, role, team_ids: chosen }, { onSuccess: close });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <Wrong error={changing.error} fields={["/role", "/team_ids"]} />
      <NativeSelect
        label="Role"
        description={ROLE_WORDS[role]}
        data={appointable(me.role).map((each) => ({ value: each, label: words(each) }))}
        value={role}
        data-autofocus
        onChange={({ currentTarget: { value } }) => setRole(value as Role)}
        error={errorOf(changing.error, "/role")}
      />
      <Several
        label="Teams"
        options={known}
        chosen={chosen}
        choose={setChosen}
        none="There are no teams yet."
        error={errorOf(changing.error, "/team_ids")}
      />
      <FormActions close={close}>
        <Button type="submit" loading={changing.isPending}>
          Save
        </Button>
      </FormActions>
      {person.id !== me.id && person.active && <LostFactor person={person} />}
      {person.id !== me.id && <Leaving person={person} done={close} />}
    </form>
  );
}
