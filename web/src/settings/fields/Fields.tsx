import { Button, TextInput } from "@mantine/core";
import { IconForms, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { LeadField } from "../../api/schema";
import { leadFields } from "../../leads/own/queries";
import { useMe } from "../../session/session";
import { Chip } from "../../ui/Chip";
import { words } from "../../ui/format";
import { Card } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import styles from "../Settings.module.css";
import { KINDS } from "./kinds";
import { useRetireField } from "./queries";
import { SaveField } from "./SaveField";

/** What the agency keeps of its leads besides. Everybody may look; owners and admins change. */
export function Fields() {
  const { user: me } = useMe();
  const mayChange = me.role === "owner" || me.role === "admin";
  const { data: fields, error, refetch } = useQuery(leadFields);
  const ask = () => void refetch();
  const [typed, setTyped] = useState("");
  const wanted = typed.trim().toLowerCase();
  const found = fields?.filter(({ label, key }) => `${label} ${key}`.toLowerCase().includes(wanted));
  const [opened, setOpened] = useState<{ field: LeadField | null } | null>(null);
  return (
    <Card
      title="Lead fields"
      actions={
        mayChange && (
          <Button
            leftSection={<IconPlus size={16} aria-hidden="true" />}
            onClick={() => setOpened({ field: null })}
          >
            Add a field
          </Button>
        )
      }
    >
      <p className={styles.words}>
        What your agency keeps of its leads besides: each has its place on a lead’s page, and lists are
        narrowed and sorted by it.
      </p>
      {error && fields && <Stale error={error} retry={ask} />}
      {error && !fields && <Failed error={error} retry={ask} what="list" />}
      {!fields && !error && <Lines count={3} label="Loading lead fields" />}
      {fields?.length === 0 && (
        <Empty icon={<IconForms size={24} />} title="No fields yet">
          The age of the roof, the number of drivers, since when somebody is insured: whatever your people
          ask.
        </Empty>
      )}
      {fields && fields.length > FEW && (
        <TextInput
          className={styles.search}
          aria-label="Find a field"
          placeholder={`Find one of ${fields.length}`}
          leftSection={<IconSearch size={16} aria-hidden="true" />}
          value={typed}
          maxLength={100}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {found?.length === 0 && wanted !== "" && <p role="status">No field is called that.</p>}
      {found && found.length > 0 && (
        <ul className={styles.entries} aria-label="Lead fields">
          {found.map((field) => (
            <Entry key={field.key} field={field} change={mayChange ? () => setOpened({ field }) : null} />
          ))}
        </ul>
      )}
      <SaveField opened={opened} close={() => setOpened(null)} />
    </Card>
  );
}

/** From more on one is found by typing. */
const FEW = 12;

function Entry({ field, change }: { field: LeadField; change: (() => void) | null }) {
  const retire = useRetireField();
  return (
    <li className={styles.entry} data-out={field.retired || undefined}>
      <div className={styles.who}>
        <p>
          <strong>{field.label}</strong>
          <Chip>{KINDS[field.kind]}</Chip>
          {field.line_of_business && <Chip>{words(field.line_of_business)}</Chip>}
          {field.retired && <Chip tone="warn">Retired</Chip>}
        </p>
        <small>{field.options.length > 0 ? field.options.join(", ") : field.key}</small>
      </div>
      {change && (
        <div className={styles.acts}>
          {!field.retired && (
            <Button variant="default" size="compact-md" onClick={change} aria-label={`Change ${field.label}`}>
              Change…
            </Button>
          )}
          <Button
            variant="default"
            size="compact-md"
            loading={retire.isPending}
            onClick={() => retire.mutate({ field, retired: !field.retired })}
            aria-label={field.retired ? `Use ${field.label} again` : `Retire ${field.label}`}
          >
            {field.retired ? "Use again" : "Retire"}
          </Button>
        </div>
      )}
    </li>
  );
}
