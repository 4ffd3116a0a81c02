import { Combobox, Modal, TextInput, useCombobox } from "@mantine/core";
import { IconSearch, IconUsersGroup } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useMe } from "../session/session";
import { Face } from "../ui/Face";
import { moment, words } from "../ui/format";
import { useZone } from "../ui/zone";
import { useAwayNow } from "./away";
import styles from "./AssignTo.module.css";
import { useTeams, useUsers } from "./queries";

/** To whom somebody goes: to a person, or to a team's pool. Without a team it stays the same. */
export interface Assignment {
  owner_id: string | null;
  team_id?: string | null;
}

interface AssignToProps {
  /** The lead or client. */
  whom: { display_name: string; team_id: string | null };
  opened: boolean;
  close: () => void;
  assign: (to: Assignment, name: string) => void;
}

/** Whose lead or client somebody becomes: a person's by name, or a team's pool's. */
export function AssignTo(props: AssignToProps) {
  return (
    <Modal opened={props.opened} onClose={props.close} title={`Assign ${props.whom.display_name}`} size={440}>
      <Picker {...props} />
    </Modal>
  );
}

interface Choice {
  id: string;
  name: string;
  detail: string;
  pool: boolean;
  to: Assignment;
}

function Picker({ whom, close, assign }: AssignToProps) {
  const { user: me } = useMe();
  const users = useUsers();
  const teams = useTeams();
  const away = useAwayNow();
  const zone = useZone();
  const [typed, setTyped] = useState("");
  // Always open; Escape closes the dialog.
  const combobox = useCombobox({ opened: true, onOpenedChange: (open) => !open && close() });
  const list = useId();
  const works = users.filter(({ active, role }) => active && role !== "viewer" && role !== "auditor");
  const choices: Choice[] = [
    ...works
      .toSorted((a, b) => Number(b.id === me.id) - Number(a.id === me.id) || a.name.localeCompare(b.name))
      .map(({ id, name, role }) => ({
        id,
        name,
        detail: [
          id === me.id ? "Me" : words(role),
          ...(away.has(id) ? [`away until ${moment(away.get(id)!.ends_at, zone)}`] : []),
        ].join(" · "),
        pool: false,
        to: { owner_id: id },
      })),
    ...teams.map(({ id, name }) => ({
      id,
      name: `Pool of ${name}`,
      detail: "Whoever takes it first",
      pool: true,
      to: { owner_id: null, team_id: id },
    })),
    ...(whom.team_id === null
      ? [
          {
            id: "none",
            name: "The agency’s pool",
            detail: "Nobody’s",
            pool: true,
            to: { owner_id: null, team_id: null },
          },
        ]
      : []),
  ];
  const wanted = typed.trim().toLowerCase();
  const shown = choices.filter(({ name, detail }) => `${name} ${detail}`.toLowerCase().includes(wanted));
  const choose = (id: string) => {
    const choice = choices.find((each) => each.id === id);
    if (!choice) return;
    close();
    assign(choice.to, choice.name);
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose} withinPortal={false}>
      <Combobox.EventsTarget withExpandedAttribute aria-expanded aria-controls={list}>
        <TextInput
          aria-label="To whom"
          placeholder="Name or team"
          leftSection={<IconSearch size={16} aria-hidden="true" />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            combobox.updateSelectedOptionIndex();
            queueMicrotask(() => combobox.selectFirstOption());
          }}
          onFocus={() => combobox.selectFirstOption()}
          data-autofocus
        />
      </Combobox.EventsTarget>
      <Combobox.Options id={list} className={styles.options} aria-label="People and pools">
        {shown.length === 0 && <Combobox.Empty>Nobody is called that</Combobox.Empty>}
        {shown.map(({ id, name, detail, pool }) => (
          <Combobox.Option key={id} value={id} className={styles.option}>
            {pool ? (
              <span className={styles.pool} aria-hidden="true">
                <IconUsersGroup size={16} />
              </span>
            ) : (
              <Face name={name} size={30} />
            )}
            <span>
              <strong>{name}</strong>
              <small>{detail}</small>
            </span>
          </Combobox.Option>
        ))}
      </Combobox.Options>
    </Combobox>
  );
}
