import { Combobox, Modal, TextInput, useCombobox } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Fragment, useDeferredValue, useEffect, useId, useMemo, useState } from "react";
import { Keys } from "./Keys";
import styles from "./Palette.module.css";
import { type Command, useAllCommands } from "./registry";

/** What people find besides commands: leads, clients. Given by the shell, for this folder knows no feature. */
export interface Found {
  id: string;
  title: string;
  detail: string | null;
  group: string;
  open: () => void;
}

interface PaletteProps {
  opened: boolean;
  close: () => void;
  /** Looks records up; called for two letters or more. */
  find: (words: string, signal: AbortSignal) => Promise<Found[]>;
  /** Where all that was said is searched. */
  searchAll: (words: string) => void;
}

/** Everything by name: what can be done here, and whom it can be done with. */
export function Palette(props: PaletteProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.close}
      withCloseButton={false}
      size={600}
      yOffset="10dvh"
      padding={0}
      title={null}
      attributes={{ content: { "aria-label": "Search or do something" } }}
      transitionProps={{ duration: 0 }}
    >
      <Search {...props} />
    </Modal>
  );
}

const NOBODY: Found[] = [];

function Search({ close, find, searchAll }: PaletteProps) {
  const [words, setWords] = useState("");
  const combobox = useCombobox({ opened: true, onOpenedChange: (opened) => !opened && close() });
  const list = useId();
  const commands = useAllCommands();
  const asked = useDeferredValue(words.trim());
  const found = useQuery({
    queryKey: ["palette", asked],
    queryFn: ({ signal }) => find(asked, signal),
    enabled: asked.length >= 2,
    staleTime: 10_000,
    placeholderData: (before) => before,
  });
  const shown = useMemo(() => matching(commands, words), [commands, words]);
  const records = asked.length >= 2 ? (found.data ?? NOBODY) : NOBODY;
  const { selectFirstOption } = combobox;
  useEffect(() => {
    // What is found arrives after what was typed: Enter takes what stands first now.
    if (records.length + shown.length > 0) selectFirstOption();
  }, [records, shown, selectFirstOption]);
  const take = (action: () => void) => {
    close();
    action();
  };
  const choose = (value: string) => {
    const command = shown.find((each) => each.id === value);
    const record = records.find((each) => each.id === value);
    if (command) take(command.run);
    else if (record) take(record.open);
    else take(() => searchAll(words.trim()));
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose} withinPortal={false}>
      <Combobox.EventsTarget withExpandedAttribute aria-expanded aria-controls={list}>
        <TextInput
          className={styles.input}
          variant="unstyled"
          size="lg"
          leftSection={<IconSearch size={18} aria-hidden="true" />}
          placeholder="Search people, or do something"
          aria-label="Search people, or do something"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          data-autofocus
        />
      </Combobox.EventsTarget>
      <Combobox.Options id={list} className={styles.options} aria-label="Results">
        {grouped(records).map(([group, each]) => (
          <Combobox.Group label={group} key={group}>
            {each.map((record) => (
              <Combobox.Option value={record.id} key={record.id} className={styles.option}>
                <span className={styles.title}>{record.title}</span>
                {record.detail && <span className={styles.detail}>{record.detail}</span>}
              </Combobox.Option>
            ))}
          </Combobox.Group>
        ))}
        {grouped(shown).map(([group, each]) => (
          <Combobox.Group label={group} key={group}>
            {each.map((command) => (
              <Combobox.Option
                value={command.id}
                key={command.id}
                className={styles.option}
                disabled={command.disabled ?? false}
              >
                <span className={styles.title}>{command.title}</span>
                {command.keys && <Keys keys={command.keys} />}
              </Combobox.Option>
            ))}
          </Combobox.Group>
        ))}
        {/* Not before it is known who is found: Enter is for them. */}
        {words.trim().length > 1 && asked === words.trim() && !found.isFetching && (
          <Combobox.Group label="Everything">
            <Combobox.Option value="search-all" className={styles.option}>
              <span className={styles.title}>Search all that was said for “{words.trim()}”</span>
            </Combobox.Option>
          </Combobox.Group>
        )}
      </Combobox.Options>
      <output className="visually-hidden">
        {found.isFetching ? "Searching" : `${records.length} people found`}
      </output>
    </Combobox>
  );
}

function matching(commands: readonly Command[], words: string): readonly Command[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const seen = new Set<string>();
  return commands.filter((command) => {
    if (seen.has(command.id)) return false;
    seen.add(command.id);
    const text = `${command.title} ${command.group} ${command.keywords ?? ""}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

function grouped<T extends { group: string }>(items: readonly T[]): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.group);
    if (group) group.push(item);
    else groups.set(item.group, [item]);
  }
  return [...groups];
}

/** Every command that has keys, in one sheet. */
export function KeySheet({
  opened,
  close,
  letters,
  setLetters,
}: {
  opened: boolean;
  close: () => void;
  letters: boolean;
  setLetters: (on: boolean) => void;
}) {
  const commands = useAllCommands().filter((command) => command.keys);
  return (
    <Modal opened={opened} onClose={close} title="Keyboard" size={560}>
      <div className={styles.sheet}>
        {grouped(commands).map(([group, each]) => (
          <Fragment key={group}>
            <h2>{group}</h2>
            <ul>
              {each.map((command) => (
                <li key={command.id}>
                  <span>{command.title}</span>
                  <Keys keys={command.keys!} />
                </li>
              ))}
            </ul>
          </Fragment>
        ))}
        <label className={styles.letters}>
          <input
            type="checkbox"
            checked={letters}
            onChange={(event) => setLetters(event.currentTarget.checked)}
          />
          Single letters are shortcuts
        </label>
      </div>
    </Modal>
  );
}
