import { Button } from "@mantine/core";
import { IconPencil, IconPlus, IconRoute, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AssignmentNow, AssignmentRule, RuleSaid } from "../../api/schema";
import { Act, Ordered } from "../../settings/Ordered";
import settings from "../../settings/Settings.module.css";
import { Chip } from "../../ui/Chip";
import { Wrong } from "../../ui/Form";
import { Card } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { moved } from "../../ui/order";
import { AwayNow } from "../../working/AwayNow";
import styles from "./Assignment.module.css";
import { useNames } from "./names";
import { assignment, useSwitch, useWriteDraft } from "./queries";
import { RuleEditor } from "./RuleEditor";
import { WhatIf } from "./WhatIf";
import { ruleInWords } from "./words";

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
  const names = useNames();
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
            label="Rules, in the order in which they are asked"
            items={rules}
            keyOf={({ rule_id }) => rule_id}
            nameOf={({ name }) => name}
            isOut={({ active }) => !active}
            busy={writing.isPending}
            move={move}
            renderItem={(rule, place) => (
              <>
                <p>
                  <strong>
                    {place + 1}. {rule.name}
                  </strong>
                  {!rule.active && <Chip>Left out</Chip>}
                </p>
                <small>{ruleInWords(rule, names)}</small>
              </>
            )}
            renderActs={(rule) => (
              <>
                <Act label={`Change ${rule.name}`} disabled={writing.isPending} act={() => setEdited(rule)}>
                  <IconPencil size={16} aria-hidden="true" />
                </Act>
                <Act
                  label={`Remove ${rule.name}`}
                  disabled={writing.isPending}
                  act={() => write(rules.filter(({ rule_id }) => rule_id !== rule.rule_id))}
                >
                  <IconTrash size={16} aria-hidden="true" />
                </Act>
              </>
            )}
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
