import "@mantine/core/styles/Pill.css";
import "@mantine/core/styles/PillsInput.css";
import { MultiSelect, Select, TagsInput } from "@mantine/core";
import type { Ref } from "react";
import { NOTHING, SHOWN } from "./choosing";

export interface Option {
  value: string;
  label: string;
}

/** Options under a heading. */
export interface Grouped {
  group: string;
  items: Option[];
}

const LIST = { limit: SHOWN, maxDropdownHeight: 280, openOnFocus: false } as const;

const SEARCHED = {
  ...LIST,
  searchable: true,
  selectFirstOptionOnChange: true,
  nothingFoundMessage: NOTHING,
} as const;

interface PickOneProps {
  label: string;
  options: readonly (Option | Grouped)[];
  value: string;
  choose: (value: string) => void;
  box?: Ref<HTMLInputElement>;
}

/** One of many: whoever types finds it, arrows go through all. */
export function PickOne({ label, options, value, choose, box }: PickOneProps) {
  return (
    <Select
      {...SEARCHED}
      ref={box}
      aria-label={label}
      allowDeselect={false}
      data={[...options]}
      value={value}
      onChange={(next) => next !== null && choose(next)}
    />
  );
}

interface PickSeveralProps {
  label: string;
  options: readonly Option[];
  chosen: readonly string[];
  choose: (values: string[]) => void;
}

/** Some of many, each a chip: whoever types finds one, Enter takes it, Backspace gives the last one back. */
export function PickSeveral({ label, options, chosen, choose }: PickSeveralProps) {
  // What was chosen once may be an option no more, and is not lost by being looked at.
  const gone = chosen.filter((value) => !options.some((option) => option.value === value));
  return (
    <MultiSelect
      {...SEARCHED}
      aria-label={label}
      hidePickedOptions
      placeholder={chosen.length === 0 ? "Choose" : undefined}
      data={[...options, ...gone.map((value) => ({ value, label: value }))]}
      value={[...chosen]}
      onChange={choose}
    />
  );
}

interface WriteSeveralProps {
  label: string;
  placeholder?: string;
  /** What others wrote there. */
  known: readonly string[];
  chosen: readonly string[];
  choose: (values: string[]) => void;
  longest: number;
}

/** As `PickSeveral`, of what anybody may write: Enter or a comma takes it as it stands. */
export function WriteSeveral({ label, placeholder, known, chosen, choose, longest }: WriteSeveralProps) {
  return (
    <TagsInput
      {...LIST}
      aria-label={label}
      placeholder={chosen.length === 0 ? placeholder : undefined}
      maxLength={longest}
      data={[...known]}
      value={[...chosen]}
      onChange={choose}
    />
  );
}
