import { NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { useEffect, useMemo, useRef } from "react";
import { PickOne, PickSeveral, WriteSeveral } from "../../ui/Pick";
import { begun, type Condition, entry, grouped, type Known, operatorsOf } from "./filter";
import styles from "./Lists.module.css";
import { useTagsKnown } from "./queries";

interface OneConditionProps {
  condition: Condition;
  known: readonly Known[];
  /** Whether one goes on here, since it was just added. */
  focused: boolean;
  change: (condition: Condition) => void;
}

/** One thing asked of one field: the field, how, and what. */
export function OneCondition({ condition, known, focused, change }: OneConditionProps) {
  const fields = useMemo(() => grouped(known), [known]);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) box.current?.focus();
  }, [focused]);
  const field = known.find(({ name }) => name === condition.field);
  if (!field) return <span className={styles.gone}>{condition.field} is no field any more</span>;
  const operators = Object.entries(operatorsOf(field)).map(([value, label]) => ({ value, label }));
  return (
    <>
      <PickOne
        label="Field"
        box={box}
        options={fields}
        value={field.name}
        choose={(name) => {
          const chosen = known.find((each) => each.name === name);
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

interface ValueProps {
  field: Known;
  condition: Condition;
  change: (condition: Condition) => void;
}

function Value({ field, condition, change }: ValueProps) {
  const say = (value: unknown) => change({ ...condition, value });
  const { value } = condition;
  switch (entry(field.kind, condition.op)) {
    case null:
      return <span />;
    case "choice":
      return <PickSeveral label="Value" options={field.options ?? []} chosen={listed(value)} choose={say} />;
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
      return field.kind === "tags" ? (
        <Tags chosen={listed(value)} choose={say} />
      ) : (
        <WriteSeveral
          label="Value"
          placeholder="One or several"
          longest={200}
          known={(field.options ?? []).map((option) => option.value)}
          chosen={listed(value)}
          choose={say}
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

function Tags({ chosen, choose }: { chosen: string[]; choose: (tags: string[]) => void }) {
  return (
    <WriteSeveral
      label="Tags"
      placeholder="VIP, hot"
      longest={100}
      known={useTagsKnown()}
      chosen={chosen}
      choose={choose}
    />
  );
}

const listed = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : value === undefined || value === "" ? [] : [String(value)];
