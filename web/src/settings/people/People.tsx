import { Button, CloseButton, TextInput } from "@mantine/core";
import { IconSearch, IconUserPlus, IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import type { Team, User } from "../../api/schema";
import { useCommands } from "../../commands/registry";
import { useMayAdminister, useMe } from "../../session/session";
import { Chip } from "../../ui/Chip";
import { Face } from "../../ui/Face";
import { words } from "../../ui/format";
import { Card } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { PersonWork } from "../../working/PersonWork";
import { useAwayNow } from "../../directory/away";
import { mayKeepWork } from "../../working/words";
import { ChangePerson } from "./ChangePerson";
import { Invitations } from "./Invitations";
import { Invite } from "./Invite";
import { found, mayChange, namesOf } from "./people";
import { people, teams } from "../queries";
import styles from "../Settings.module.css";

/** Everybody in the agency, and who is asked to join it. */
export function People() {
  const { user: me } = useMe();
  const mayAdminister = useMayAdminister();
  const { data: everybody, error, refetch } = useQuery(people);
  const { data: known = [] } = useQuery(teams);
  const [typed, setTyped] = useState("");
  const [inviting, setInviting] = useState(false);
  const [opened, setOpened] = useState<string | null>(null);
  const [worker, setWorker] = useState<string | null>(null);
  const away = useAwayNow();
  const box = useRef<HTMLInputElement>(null);
  useCommands(
    useMemo(
      () => [
        {
          id: "find person",
          title: "Find somebody",
          group: "People",
          keys: "/",
          run: () => box.current?.focus(),
        },
        ...(mayAdminister
          ? [
              {
                id: "invite",
                title: "Invite somebody",
                group: "People",
                keys: "c",
                keywords: "add user colleague join",
                run: () => setInviting(true),
              },
            ]
          : []),
      ],
      [mayAdminister, setInviting],
    ),
  );
  if (!everybody) {
    return error ? (
      <Failed error={error} retry={() => void refetch()} what="list" />
    ) : (
      <Lines count={8} label="Loading people" />
    );
  }
  const shown = found(everybody, known, typed);
  const working = everybody.find(({ id }) => id === worker) ?? null;
  return (
    <>
      {error && <Stale error={error} retry={() => void refetch()} />}
      <div className={styles.tools}>
        <TextInput
          ref={box}
          className={styles.search}
          aria-label="Find somebody"
          placeholder="Name, email, role or team"
          leftSection={<IconSearch size={16} aria-hidden="true" />}
          rightSection={
            typed && <CloseButton size="sm" aria-label="Clear the search" onClick={() => setTyped("")} />
          }
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            if (typed) setTyped("");
            else event.currentTarget.blur();
          }}
        />
        {mayAdminister && (
          <Button leftSection={<IconUserPlus size={17} />} onClick={() => setInviting(true)}>
            Invite somebody
          </Button>
        )}
      </div>
      {mayAdminister && <Invitations />}
      <Card
        title={
          typed.trim()
            ? `People found (${shown.length})`
            : `People (${everybody.filter(({ active }) => active).length})`
        }
      >
        {shown.length === 0 ? (
          <Empty icon={<IconUsersGroup />} title="Nobody is found by that">
            Names, addresses, roles and teams are looked through.
          </Empty>
        ) : (
          <ul className={styles.entries} aria-label="People">
            {shown.map((person) => (
              <Person
                key={person.id}
                person={person}
                teams={known}
                me={person.id === me.id}
                away={away.has(person.id)}
                work={() => setWorker(person.id)}
                change={mayChange(me.role, person) ? () => setOpened(person.id) : null}
              />
            ))}
          </ul>
        )}
      </Card>
      <Invite opened={inviting} close={() => setInviting(false)} />
      <ChangePerson
        person={everybody.find(({ id }) => id === opened) ?? null}
        close={() => setOpened(null)}
      />
      <PersonWork
        person={working}
        keeps={working !== null && mayKeepWork(me, working, known)}
        close={() => setWorker(null)}
      />
    </>
  );
}

interface PersonProps {
  person: User;
  teams: readonly Team[];
  me: boolean;
  away: boolean;
  /** Shows how they work, and when they are away. */
  work: () => void;
  /** Null where who looks may not change them. */
  change: (() => void) | null;
}

function Person({ person, teams, me, away, work, change }: PersonProps) {
  const { id, name, email, role, active, team_ids } = person;
  const leads = namesOf(
    teams.filter((team) => team.lead_ids.includes(id)).map((team) => team.id),
    teams,
  );
  const others = namesOf(team_ids, teams).filter((team) => !leads.includes(team));
  const where = [...leads.map((team) => `leads ${team}`), ...others];
  return (
    <li className={styles.entry} data-out={active ? undefined : true}>
      <Face name={name} size={36} />
      <div className={styles.who}>
        <p>
          <strong>{name}</strong>
          {me && <small>you</small>}
          <Chip tone={role === "owner" || role === "admin" ? "accent" : "plain"}>{words(role)}</Chip>
          {!active && <Chip tone="warn">Deactivated</Chip>}
          {away && <Chip tone="warn">Away</Chip>}
        </p>
        <small>{[email, ...where].join(" · ")}</small>
      </div>
      <div className={styles.acts}>
        <Button variant="default" size="compact-md" onClick={work} aria-label={`Work: ${name}`}>
          Work
        </Button>
        {change && (
          <Button variant="default" size="compact-md" onClick={change} aria-label={`Change ${name}`}>
            Change
          </Button>
        )}
      </div>
    </li>
  );
}
