import { Button, CloseButton, Loader, Menu, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconArrowsSort, IconChevronDown, IconSearch } from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import { type ReactNode, type RefObject, useEffect, useState } from "react";
import styles from "./ListFilters.module.css";
import { MANY, Picker } from "./Picker";

/** What a list is narrowed to: give it a search box, choices, and the order. */
export function ListFilters({ of, children }: { of: string; children: ReactNode }) {
  return (
    <div className={styles.filters} role="search" aria-label={of}>
      {children}
    </div>
  );
}

interface SearchBoxProps {
  /** `Search in leads`. */
  label: string;
  q: string;
  ask: (q: string | undefined) => void;
  box: RefObject<HTMLInputElement | null>;
  busy: boolean;
}

/** Asks as one types. Escape empties it, then leaves it. */
export function SearchBox({ label, q, ask, box, busy }: SearchBoxProps) {
  const [typed, setTyped] = useState(q);
  const router = useRouter();
  const [here] = useState(router.latestLocation.pathname);
  const askSoon = useDebouncedCallback((next: string) => {
    // Who has opened a row meanwhile is on the way to its page, and is not called back.
    if (router.latestLocation.pathname === here) ask(next.trim() || undefined);
  }, 180);
  useEffect(() => {
    // Changed from outside: cleared, or another address. What is being typed is left alone.
    if (document.activeElement !== box.current) setTyped(q);
  }, [q, box]);
  const take = (next: string) => {
    setTyped(next);
    askSoon(next);
  };
  return (
    <TextInput
      ref={box}
      className={styles.search}
      aria-label={label}
      placeholder="Name, email or phone"
      leftSection={busy ? <Loader size={14} /> : <IconSearch size={16} aria-hidden="true" />}
      rightSection={typed && <CloseButton size="sm" aria-label="Clear the search" onClick={() => take("")} />}
      value={typed}
      maxLength={200}
      onChange={(event) => take(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          if (typed) take("");
          else event.currentTarget.blur();
        }
      }}
    />
  );
}

interface ChoiceProps {
  name: string;
  options: readonly { value: string; label: string }[];
  chosen: readonly string[];
  choose: (values: string[] | undefined) => void;
  single?: boolean;
}

/** A filter as a button that says its value. */
export function Choice({ name, options, chosen, choose, single = false }: ChoiceProps) {
  const labels = chosen.map((value) => options.find((each) => each.value === value)?.label ?? "…");
  const said: ReactNode =
    labels.length === 0
      ? name
      : `${name}: ${labels.length < 3 ? labels.join(", ") : `${labels.length} chosen`}`;
  const toggle = (value: string) => {
    const has = chosen.includes(value);
    const next = single
      ? has
        ? []
        : [value]
      : has
        ? chosen.filter((each) => each !== value)
        : [...chosen, value];
    choose(next.length > 0 ? next : undefined);
  };
  const button = (
    <Button
      variant={chosen.length > 0 ? "light" : "default"}
      size="compact-md"
      className={styles.choice}
      data-chosen={chosen.length > 0 || undefined}
      rightSection={<IconChevronDown size={14} />}
    >
      {said}
    </Button>
  );
  if (options.length > MANY)
    return (
      <Picker name={name} button={button} options={options} chosen={chosen} toggle={toggle} single={single} />
    );
  return (
    <Menu closeOnItemClick={single}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown className={styles.choices}>
        {options.length === 0 && <Menu.Label>There are none yet</Menu.Label>}
        {options.map(({ value, label }) => (
          <Menu.CheckboxItem
            key={value}
            checked={chosen.includes(value)}
            closeMenuOnClick={single}
            onChange={() => toggle(value)}
          >
            {label}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The order of a list. */
export function SortBy({
  sorts,
  sort,
  choose,
  children,
}: {
  sorts: Readonly<Record<string, string>>;
  sort: string;
  choose: (sort: string) => void;
  /** What stands beside the order, such as which columns there are. */
  children?: ReactNode;
}) {
  const button = (
    <Button
      className={styles.sort}
      variant="subtle"
      color="gray"
      size="compact-md"
      leftSection={<IconArrowsSort size={15} />}
    >
      {sorts[sort]}
    </Button>
  );
  const options = Object.entries(sorts).map(([value, label]) => ({ value, label }));
  return (
    <div className={styles.order}>
      {options.length > MANY ? (
        <Picker
          name="Order"
          button={button}
          options={options}
          chosen={[sort]}
          toggle={choose}
          single
          position="bottom-end"
        />
      ) : (
        <Menu position="bottom-end">
          <Menu.Target>{button}</Menu.Target>
          <Menu.Dropdown>
            {options.map(({ value, label }) => (
              <Menu.RadioItem
                key={value}
                value={value}
                checked={sort === value}
                closeMenuOnClick
                onChange={choose}
              >
                {label}
              </Menu.RadioItem>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {children}
    </div>
  );
}
