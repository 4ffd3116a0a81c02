import { Button, Modal, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { newKey } from "../../api/client";
import type { Branch, Team, User } from "../../api/schema";
import { errorOf } from "../../ui/errors";
import { FormActions, Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { DissolveTeam } from "./DissolveTeam";
import { membersOf } from "./teams";
import { useChangeTeam, useFormTeam } from "./queries";
import { Several } from "../Several";

interface ChangeTeamProps {
  /** Null: nothing is open; without a team: a new one. */
  opened: { team: Team | null; branch_id: string | null } | null;
  branches: readonly Branch[];
  people: readonly User[];
  /** As they are now: what is open may have been changed meanwhile. */
  teams: readonly Team[];
  close: () => void;
}

/** A team's name, branch and leads. */
export function ChangeTeam({ opened, teams, ...props }: ChangeTeamProps) {
  const team = teams.find(({ id }) => id === opened?.team?.id) ?? opened?.team ?? null;
  return (
    <Modal
      opened={opened !== null}
      onClose={props.close}
      title={team ? `Change ${team.name}` : "Form a team"}
      size={520}
    >
      {opened && <Form key={team?.id ?? "new"} team={team} teams={teams} {...props} />}
    </Modal>
  );
}

type FormProps = Omit<ChangeTeamProps, "opened"> & { team: Team | null };

function Form({ team, teams, branches, people, close }: FormProps) {
  const [name, setName] = useState(team?.name ?? "");
  const [branch, setBranch] = useState(team?.branch_id ?? "");
  const [leads, setLeads] = useState<string[]>(team?.lead_ids ?? []);
  // eslint-disable-next-line react/exhaustive-deps
  const key = useMemo(newKey, [name, branch]);
  const forming = useFormTeam();
  const changing = useChangeTeam();
  const error = forming.error ?? changing.error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const branch_id = branch || null;
    if (team) changing.mutate({ team, name, branch_id, lead_ids: leads }, { onSuccess: close });
    else forming.mutate({ key, name, branch_id }, { onSuccess: close });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <Wrong error={error} fields={["/name", "/branch_id", "/lead_ids"]} />
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        maxLength={200}
        autoComplete="off"
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={errorOf(error, "/name")}
      />
      <NativeSelect
        label="Branch"
        data={[{ value: "", label: "None" }, ...branches.map(({ id, name }) => ({ value: id, label: name }))]}
        value={branch}
        onChange={(event) => setBranch(event.currentTarget.value)}
        error={errorOf(error, "/branch_id")}
      />
      {team && (
        <Several
          label="Leads"
          options={membersOf(team, people)}
          chosen={leads}
          choose={setLeads}
          none="Nobody is in this team yet."
          error={errorOf(error, "/lead_ids")}
        />
      )}
      <FormActions close={close}>
        <Button type="submit" loading={forming.isPending || changing.isPending}>
          {team ? "Save" : "Form the team"}
        </Button>
      </FormActions>
      {team && <DissolveTeam team={team} teams={teams} people={people} done={close} />}
    </form>
  );
}
