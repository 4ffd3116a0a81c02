import { ActionIcon, Button, Modal, NativeSelect } from "@mantine/core";
import { IconFilterPlus, IconFolderPlus, IconPlus, IconTrash } from "@tabler/icons-react";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import form from "../../ui/Form.module.css";
import { type Filter, type Known, MOST_CONDITIONS } from "./filter";
import styles from "./Lists.module.css";
import { OneCondition } from "./OneCondition";
import { added, conditionsIn, draftOf, type Group, type Node, put, said, without } from "./tree";

interface FilterBuilderProps {
  opened: boolean;
  close: () => void;
  filter: Filter | undefined;
  known: readonly Known[];
  narrow: (filter: Filter | undefined) => void;
}

/** What a list is narrowed to: a condition a line, some of them in groups of which all or any hold. Enter shows the list. */
export function FilterBuilder({ opened, close, ...rest }: FilterBuilderProps) {
  return (
    <Modal opened={opened} onClose={close} title="Filter leads" size={720}>
      {opened && <Form close={close} {...rest} />}
    </Modal>
  );
}

/** Deeper than this no group is begun here. */
const MOST_DEEP = 3;

function Form({ close, filter, known, narrow }: Omit<FilterBuilderProps, "opened">) {
  const [root, setRoot] = useState<Group>(() => draftOf(filter, known));
  const [fresh, setFresh] = useState<string | null>(null);
  const full = conditionsIn(root) >= MOST_CONDITIONS;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    narrow(said(root));
    close();
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <OneGroup
        group={root}
        deep={0}
        place=""
        known={known}
        full={full}
        fresh={fresh}
        put={(node) => setRoot((now) => put(now, node))}
        add={(to, node) => {
          setRoot((now) => added(now, to, node));
          setFresh(node.id);
        }}
        remove={(id) => setRoot((now) => without(now, id))}
      />
      <div className={form.actions}>
        <Button
          variant="default"
          onClick={() => {
            narrow(undefined);
            close();
          }}
        >
          Clear
        </Button>
        <Button type="submit" leftSection={<IconFilterPlus size={16} />}>
          Show the list
        </Button>
      </div>
    </form>
  );
}

interface OneGroupProps {
  group: Group;
  deep: number;
  /** Where it stands, as people count: `2.1`. */
  place: string;
  known: readonly Known[];
  /** Whether there is room for no more. */
  full: boolean;
  /** What was added last, at which one goes on. */
  fresh: string | null;
  put: (node: Node) => void;
  add: (to: string, node: Node) => void;
  remove: (id: string) => void;
}

function OneGroup(props: OneGroupProps) {
  const { group, deep, place, known, full, fresh, put, add, remove } = props;
  const more = useRef<HTMLButtonElement>(null);
  const drop = (id: string) => {
    remove(id);
    more.current?.focus();
  };
  return (
    <div
      role="group"
      aria-label={place === "" ? "Filter" : `Group ${place}`}
      className={deep === 0 ? styles.whole : styles.within}
    >
      <NativeSelect
        className={styles.of}
        label={deep === 0 ? "Leads for which" : undefined}
        aria-label={deep === 0 ? undefined : `Of group ${place}`}
        data={[
          { value: "all", label: deep === 0 ? "all of these hold" : "All of these" },
          { value: "any", label: deep === 0 ? "any of these holds" : "Any of these" },
        ]}
        value={group.of}
        onChange={(event) => put({ ...group, of: event.currentTarget.value === "any" ? "any" : "all" })}
      />
      <ul
        className={styles.conditions}
        aria-label={place === "" ? "Conditions" : `Conditions of group ${place}`}
      >
        {group.parts.map((part, index) => {
          const at = place === "" ? `${index + 1}` : `${place}.${index + 1}`;
          const between = index === 0 ? null : group.of === "all" ? "and" : "or";
          return part.kind === "group" ? (
            <Part key={part.id} what={`group ${at}`} between={between} remove={() => drop(part.id)}>
              <OneGroup {...props} group={part} deep={deep + 1} place={at} />
            </Part>
          ) : (
            <Part key={part.id} what={`condition ${at}`} between={between} remove={() => drop(part.id)}>
              <OneCondition
                condition={part.condition}
                known={known}
                focused={part.id === fresh}
                change={(condition) => put({ ...part, condition })}
              />
            </Part>
          );
        })}
      </ul>
      <div className={styles.more}>
        <Button
          ref={more}
          variant="subtle"
          size="compact-md"
          leftSection={<IconPlus size={15} />}
          disabled={full}
          onClick={() => add(group.id, draftOf(undefined, known).parts[0]!)}
        >
          Add a condition
        </Button>
        {deep < MOST_DEEP && (
          <Button
            variant="subtle"
            size="compact-md"
            leftSection={<IconFolderPlus size={15} />}
            disabled={full}
            onClick={() => {
              const inner = draftOf(undefined, known);
              add(group.id, { ...inner, of: group.of === "all" ? "any" : "all" });
            }}
          >
            Add a group
          </Button>
        )}
      </div>
    </div>
  );
}

interface PartProps {
  what: string;
  /** How it is joined to the one before it. */
  between: "and" | "or" | null;
  remove: () => void;
  children: ReactNode;
}

function Part({ what, between, remove, children }: PartProps) {
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => line.current?.scrollIntoView?.({ block: "nearest" }), []);
  return (
    <li ref={line} className={styles.part}>
      {between && <span className={styles.between}>{between}</span>}
      <div className={styles.condition}>
        {children}
        <ActionIcon variant="subtle" color="gray" size={34} aria-label={`Remove ${what}`} onClick={remove}>
          <IconTrash size={16} />
        </ActionIcon>
      </div>
    </li>
  );
}
