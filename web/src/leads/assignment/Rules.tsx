import { ActionIcon, Button, Tooltip } from "@mantine/core";
import {
  IconArrowDown,
  IconArrowUp,
  IconGripVertical,
  IconPencil,
  IconPlus,
  IconRoute,
  IconTrash,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { AssignmentNow, AssignmentRule, RuleSaid } from "../../api/schema";
import settings from "../../settings/Settings.module.css";
import { Chip } from "../../ui/Chip";
import { Wrong } from "../../ui/Form";
import { Card } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { AwayNow } from "../../working/AwayNow";
import styles from "./Assignment.module.css";
import { useNames } from "./names";
import { assignment, useSwitch, useWriteDraft } from "./queries";
import { RuleEditor } from "./RuleEditor";
import { WhatIf } from "./WhatIf";
import { moved, ruleInWords } from "./words";

/** The rules in their order, as a draft that is switched on once one has seen what it would do. */
export function Rules() {
  const { data: now, error, refetch } = useQuery(assignment);
  const ask = () => void refetch();
  return (
    <>
      {error && now && <Stale error={error} retry={ask} />}
      {error && !now && <Failed error={error} retry={ask} what="set of rules" />}
      {!now && !error && <Lines count={5} label="Loading the rules" />}
      {now && <Kept now={now} />}
    </>
  );
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

function Kept({ now }: { now: AssignmentNow }) {
  const [edited, setEdited] = useState<AssignmentRule | "new" | null>(null);
  const [said, setSaid] = useState("");
  const writing = useWriteDraft();
  const switching = useSwitch();
  const rules = now.draft;
  const inForce = now.active !== null && same(now.active, rules);
  const write = (next: readonly RuleSaid[], done?: () => void) =>
    writing.mutate({ version: now.version, rules: [...next] }, { onSuccess: done });
  const move = (from: number, to: number) => {
    if (to < 0 || to >= rules.length || from === to) return;
    write(moved(rules, from, to), () =>
      setSaid(`${rules[from]!.name} is now number ${to + 1} of ${rules.length}`),
    );
  };
  return (
    <>
      <Card
        title="Rules"
        actions={
          <Button leftSection={<IconPlus size={16} aria-hidden="true" />} onClick={() => setEdited("new")}>
            Add a rule
          </Button>
        }
      >
        <p className={settings.words}>
          A lead that comes without an owner goes by the first rule that is for it. No rule refuses one: what
          nobody can take waits, and is given the oldest first.
        </p>
        <AwayNow />
        <State now={now} inForce={inForce} />
        <Wrong error={edited === null ? writing.error : null} />
        <p role="status" className={styles.quiet}>
          {said}
        </p>
        {rules.length === 0 ? (
          <Empty icon={<IconRoute size={24} />} title="No rules yet">
            Leads without an owner wait in their pools until somebody claims them. Add a rule to have them
            given.
          </Empty>
        ) : (
          <Ordered
            rules={rules}
            busy={writing.isPending}
            move={move}
            edit={setEdited}
            remove={(rule) => write(rules.filter(({ rule_id }) => rule_id !== rule.rule_id))}
          />
        )}
        {now.active !== null && (
          <div className={styles.acts}>
            <Button
              variant="default"
              loading={switching.isPending}
              onClick={() => switching.mutate({ on: false, version: now.version })}
            >
              Switch off
            </Button>
          </div>
        )}
        <Wrong error={switching.error} />
      </Card>
      {rules.length > 0 && (
        <WhatIf
          // What was asked of other rules says nothing of these.
          key={now.version}
          rules={rules}
          inForce={inForce}
          switchOn={() => switching.mutate({ on: true, version: now.version })}
          switching={switching.isPending}
        />
      )}
      <RuleEditor
        edited={edited}
        close={() => {
          writing.reset();
          setEdited(null);
        }}
        error={writing.error}
        saving={writing.isPending}
        save={(rule) => {
          const there = rules.some(({ rule_id }) => rule_id === rule.rule_id);
          const next = there
            ? rules.map((each) => (each.rule_id === rule.rule_id ? rule : each))
            : [...rules, rule];
          write(next, () => setEdited(null));
        }}
        place={edited === null || edited === "new" ? rules.length : rules.indexOf(edited)}
      />
    </>
  );
}

function State({ now, inForce }: { now: AssignmentNow; inForce: boolean }) {
  return (
    <p>
      {now.active === null ? (
        <Chip>No rule is in force</Chip>
      ) : inForce ? (
        <Chip tone="good">In force, as version {now.number}</Chip>
      ) : (
        <>
          <Chip tone="warn">Draft</Chip> Version {now.number} is in force until you switch this on.
        </>
      )}
    </p>
  );
}

interface OrderedProps {
  rules: readonly AssignmentRule[];
  busy: boolean;
  move: (from: number, to: number) => void;
  edit: (rule: AssignmentRule) => void;
  remove: (rule: AssignmentRule) => void;
}

function Ordered({ rules, busy, move, edit, remove }: OrderedProps) {
  const names = useNames();
  const dragged = useRef<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  return (
    <ol className={settings.entries} aria-label="Rules, in the order in which they are asked">
      {rules.map((rule, place) => (
        // To drag is one way; the buttons are the other, and the only one that is needed.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
        <li
          key={rule.rule_id}
          className={settings.entry}
          data-out={!rule.active || undefined}
          data-over={over === place || undefined}
          draggable
          onDragStart={() => (dragged.current = place)}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(place);
          }}
          onDragEnd={() => setOver(null)}
          onDrop={() => {
            setOver(null);
            if (dragged.current !== null) move(dragged.current, place);
          }}
        >
          <IconGripVertical size={16} aria-hidden="true" className={styles.grip} />
          <div className={settings.who}>
            <p>
              <strong>
                {place + 1}. {rule.name}
              </strong>
              {!rule.active && <Chip>Left out</Chip>}
            </p>
            <small>{ruleInWords(rule, names)}</small>
          </div>
          <div className={settings.acts}>
            <Act
              label={`Move ${rule.name} up`}
              disabled={busy || place === 0}
              act={() => move(place, place - 1)}
            >
              <IconArrowUp size={16} aria-hidden="true" />
            </Act>
            <Act
              label={`Move ${rule.name} down`}
              disabled={busy || place === rules.length - 1}
              act={() => move(place, place + 1)}
            >
              <IconArrowDown size={16} aria-hidden="true" />
            </Act>
            <Act label={`Change ${rule.name}`} disabled={busy} act={() => edit(rule)}>
              <IconPencil size={16} aria-hidden="true" />
            </Act>
            <Act label={`Remove ${rule.name}`} disabled={busy} act={() => remove(rule)}>
              <IconTrash size={16} aria-hidden="true" />
            </Act>
          </div>
        </li>
      ))}
    </ol>
  );
}

interface ActProps {
  label: string;
  disabled: boolean;
  act: () => void;
  children: React.ReactNode;
}

function Act({ label, disabled, act, children }: ActProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={32} aria-label={label} disabled={disabled} onClick={act}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
