import { Combobox, type FloatingPosition, useCombobox } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { type ButtonHTMLAttributes, cloneElement, type ReactElement, useId, useState } from "react";
import { NOTHING, SHOWN } from "./choosing";
import styles from "./Picker.module.css";

/** From so many on, what is chosen from is found by typing; fewer are a menu. */
export const MANY = 20;

interface PickerProps {
  /** What is chosen, such as `Columns`. */
  name: string;
  button: ReactElement<ButtonHTMLAttributes<HTMLButtonElement>>;
  options: readonly { value: string; label: string }[];
  chosen: readonly string[];
  toggle: (value: string) => void;
  /** Whether it closes with the first that is chosen. */
  single?: boolean;
  position?: FloatingPosition;
}

/** Hundreds of choices under a button: whoever types finds them, Enter takes or gives back, Escape closes. */
export function Picker({ name, button, options, chosen, toggle, single, position }: PickerProps) {
  const [typed, setTyped] = useState("");
  const list = useId();
  const combobox = useCombobox({
    onDropdownOpen: () => combobox.focusSearchInput(),
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      combobox.focusTarget();
      setTyped("");
    },
  });
  const wanted = typed.trim().toLowerCase();
  // What is chosen stands first while nobody looks for anything: of hundreds it would not be seen.
  const found = wanted
    ? options.filter(({ label }) => label.toLowerCase().includes(wanted))
    : options.toSorted((a, b) => Number(chosen.includes(b.value)) - Number(chosen.includes(a.value)));
  const shown = found.slice(0, SHOWN);
  const left = found.length - shown.length;
  return (
    <Combobox
      store={combobox}
      width={280}
      position={position ?? "bottom-start"}
      onOptionSubmit={(value) => {
        toggle(value);
        if (single) combobox.closeDropdown();
      }}
    >
      <Combobox.Target targetType="button" withAriaAttributes={false}>
        {cloneElement(button, {
          "aria-haspopup": "listbox",
          "aria-expanded": combobox.dropdownOpened,
          onClick: () => combobox.toggleDropdown(),
        })}
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          aria-label={`Find in ${name}`}
          aria-controls={list}
          placeholder="Type to find"
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            combobox.updateSelectedOptionIndex();
            queueMicrotask(() => combobox.selectFirstOption());
          }}
        />
        <Combobox.Options
          id={list}
          className={styles.options}
          aria-label={name}
          aria-multiselectable={!single}
        >
          {shown.length === 0 && <Combobox.Empty>{NOTHING}</Combobox.Empty>}
          {shown.map(({ value, label }) => (
            <Combobox.Option
              key={value}
              value={value}
              active={chosen.includes(value)}
              aria-selected={chosen.includes(value)}
              className={styles.option}
            >
              <IconCheck size={15} aria-hidden="true" data-chosen={chosen.includes(value) || undefined} />
              <span>{label}</span>
            </Combobox.Option>
          ))}
        </Combobox.Options>
        {left > 0 && <Combobox.Footer>{left} more: type to find them</Combobox.Footer>}
      </Combobox.Dropdown>
    </Combobox>
  );
}
