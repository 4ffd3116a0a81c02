import { ActionIcon, Button, Modal, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { IconFilterPlus, IconPlus, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useEffect, useMemo, useRef, useState } from "react";
import { newKey } from "../../api/client";
import form from "../../ui/Form.module.css";
import {
  begun,
  type Condition,
  entry,
  type Filter,
  isCondition,
  isWhole,
  type Known,
  operatorsOf,
  type Part,
  partsOf,
  said,
} from "./filter";
import styles from "./Lists.module.css";

interface FilterBuilderProps {
  opened: boolean;
  close: () => void;
  filter: Filter | undefined;
  known: readonly Known[];
  narrow: (filter: Filter | undefined) => void;
}

/** What a list is narrowed to, a condition a line. Enter shows the list. */
export function FilterBuilder({ opened, close, ...rest }: FilterBuilderProps) {
  return (
    <Modal opened={opened} onClose={close} title="Filter leads" size={640}>
      {opened && <Form close={close} {...rest} />}
    </Modal>
  );
}

/** A condition with a number of its own, by which React knows it among others. */
interface Line {
  id: string;
  part: Part;
}

const line = (part: Part): Line => ({ id: newKey(), part });

function Form({ close, filter, known, narrow }: Omit<FilterBuilderProps, "opened">) {
  const [of, setOf] = useState(filter !== undefined && "any" in filter ? "any" : "all");
  const [lines, setLines] = useState<Line[]>(() => {
    const parts = partsOf(filter);
    return (parts.length > 0 ? parts : [begun(known[0]!)]).map(line);
  });
  const list = useRef<HTMLUListElement>(null);
  const count = lines.length;
  useEffect(() => {
    // One goes on at the last, which was added, or is left.
    list.current?.querySelector<HTMLElement>(`li:nth-child(${count}) select`)?.focus();
  }, [count]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const parts = lines.map(({ part }) => part).filter((part) => !isCondition(part) || isWhole(part));
    narrow(parts.length === 0 ? undefined : of === "all" ? { all: parts } : { any: parts });
    close();
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <NativeSelect
        label="Leads for which"
        data={[
          { value: "all", label: "all of these hold" },
          { value: "any", label: "any of these holds" },
        ]}
        value={of}
        onChange={(event) => setOf(event.currentTarget.value === "any" ? "any" : "all")}
      />
      <ul ref={list} className={styles.conditions} aria-label="Conditions">
        {lines.map(({ id, part }, place) => (
          <li key={id} className={styles.condition}>
            {isCondition(part) ? (
              <OneCondition
                condition={part}
                known={known}
                change={(changed) =>
                  setLines((now) => now.map((each) => (each.id === id ? { id, part: changed } : each)))
                }
              />
            ) : (
              <span className={styles.group}>{said(part, known)}</span>
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              size={34}
              aria-label={`Remove condition ${place + 1}`}
              onClick={() => setLines((now) => now.filter((each) => each.id !== id))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <div>
        <Button
          variant="subtle"
          size="compact-md"
          leftSection={<IconPlus size={15} />}
          disabled={count >= 50}
          onClick={() => setLines((now) => [...now, line(begun(known[0]!))])}
        >
          Add a condition
        </Button>
      </div>
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

interface OneConditionProps {
  condition: Condition;
  known: readonly Known[];
  change: (condition: Condition) => void;
}

function OneCondition({ condition, known, change }: OneConditionProps) {
  const fields = useMemo(() => known.map(({ name, label }) => ({ value: name, label })), [known]);
  const field = known.find(({ name }) => name === condition.field);
  if (!field) return <span className={styles.group}>{condition.field} is no field any more</span>;
  const operators = Object.entries(operatorsOf(field)).map(([value, label]) => ({ value, label }));
  return (
    <>
      <NativeSelect
        aria-label="Field"
        data={fields}
        value={field.name}
        onChange={(event) => {
          const chosen = known.find(({ name }) => name === event.currentTarget.value);
          if (chosen) change(begun(chosen));
        }}
      />
      <NativeSelect
        aria-label="How"
        data={operators}
        value={condition.op}
        onChange={(event) => {
          const op = event.currentTarget.value;
          const same = entry(field.kind, op) === entry(field.kind, condition.op);
          change(same ? { ...condition, op } : begun(field, op));
        }}
      />
      <Value field={field} condition={condition} change={change} />
    </>
  );
}

function Value({ field, condition, change }: Omit<OneConditionProps, "known"> & { field: Known }) {
  const say = (value: unknown) => change({ ...condition, value });
  const { value } = condition;
  switch (entry(field.kind, condition.op)) {
    case null:
      return <span />;
    case "choice": {
      const chosen = Array.isArray(value) ? value.map(String) : [String(value)];
      const options = field.options ?? [];
      return (
        <select
          aria-label="Value"
          className={styles.several}
          multiple
          size={Math.min(4, Math.max(2, options.length))}
          value={chosen}
          onChange={(event) => say([...event.currentTarget.selectedOptions].map((option) => option.value))}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      );
    }
    case "yes_no":
      return (
        <NativeSelect
          aria-label="Value"
          data={[
            { value: "yes", label: "Yes" },
            { value: "no", label: "No" },
          ]}
          value={value === false ? "no" : "yes"}
          onChange={(event) => say(event.currentTarget.value === "yes")}
        />
      );
    case "days":
      return (
        <NumberInput
          aria-label="Days"
          min={1}
          max={3660}
          allowDecimal={false}
          suffix=" days"
          value={Number(value)}
          onChange={(days) => say(typeof days === "number" ? days : 7)}
        />
      );
    case "number":
      return (
        <NumberInput
          aria-label="Value"
          value={typeof value === "number" ? value : ""}
          onChange={(number) => say(typeof number === "number" ? number : "")}
        />
      );
    case "list":
      return (
        <TextInput
          aria-label="Tags, apart by commas"
          placeholder="VIP, hot"
          defaultValue={Array.isArray(value) ? value.join(", ") : ""}
          onChange={(event) =>
            say(
              event.currentTarget.value
                .split(",")
                .map((tag) => tag.trim())
                .filter(Boolean),
            )
          }
        />
      );
    case "date":
      return (
        <TextInput
          aria-label="Day"
          placeholder="2027-03-15, today-7d"
          value={String(value ?? "")}
          maxLength={20}
          onChange={(event) => say(event.currentTarget.value.trim())}
        />
      );
    default:
      return (
        <TextInput
          aria-label="Value"
          value={String(value ?? "")}
          maxLength={200}
          onChange={(event) => say(event.currentTarget.value)}
        />
      );
  }
}
