import { Combobox, Modal, TextInput, useCombobox } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import {
  Fragment,
  type KeyboardEvent,
  useDeferredValue,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
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
const EVERYTHING = "search-all";

function Search({ close, find, searchAll }: PaletteProps) {
  const [words, setWords] = useState("");
  const [lit, setLit] = useState<Lit>({ words: "", value: null });
  const combobox = useCombobox({ opened: true });
  const list = useId();
  const box = useRef<HTMLInputElement>(null);
  // The dialog gives it the focus a moment later. Who goes on typing meanwhile loses no letter.
  useLayoutEffect(() => {
    const focus = () => box.current?.focus();
    addEventListener("keydown", focus, { capture: true, once: true });
    return () => removeEventListener("keydown", focus, { capture: true });
  }, []);
  const commands = useAllCommands();
  const wanted = words.trim();
  const asked = useDeferredValue(wanted);
  const found = useQuery({
    queryKey: ["palette", asked],
    queryFn: ({ signal }) => find(asked, signal),
    enabled: asked.length >= 2,
    staleTime: 10_000,
    placeholderData: (before) => before,
  });
  const shown = useMemo(() => matching(commands, words), [commands, words]);
  const records = asked.length >= 2 ? (found.data ?? NOBODY) : NOBODY;
  // Whom the words before found stand here until the answer to these comes, so that nothing flickers; nobody takes them.
  const stale = asked !== wanted || found.isPlaceholderData;
  // Not before it is known who is found: Enter is for them.
  const everything = wanted.length > 1 && !stale && !found.isPending;
  const offered = [
    ...(stale ? NOBODY : records).map(({ id }) => id),
    ...shown.filter(({ disabled }) => !disabled).map(({ id }) => id),
    ...(everything ? [EVERYTHING] : []),
  ];
  const highlighted = highlight(lit, words, offered);
  if (lit.words !== words || lit.value !== highlighted) setLit({ words, value: highlighted });
  const light = (value: string | undefined) => value !== undefined && setLit({ words, value });
  const option = (value: string) => `${list}${encodeURIComponent(value)}`;
  const active = highlighted === null ? undefined : option(highlighted);
  useEffect(() => {
    if (active) document.getElementById(active)?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const take = (action: () => void) => {
    close();
    action();
  };
  const choose = (value: string) => {
    if (!offered.includes(value)) return;
    const record = records.find((each) => each.id === value);
    const command = shown.find((each) => each.id === value);
    if (value === EVERYTHING) take(() => searchAll(wanted));
    else if (record) take(record.open);
    else if (command) take(command.run);
  };
  const press = (event: KeyboardEvent) => {
    // What a method of input is still composing is not for the list.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    const at = highlighted === null ? -1 : offered.indexOf(highlighted);
    if (event.key === "ArrowDown") light(offered[(at + 1) % offered.length]);
    else if (event.key === "ArrowUp") light(offered.at(at < 1 ? -1 : at - 1));
    else if (event.key === "Enter" && highlighted !== null) choose(highlighted);
    else return;
    event.preventDefault();
  };
  const optionProps = (value: string) => ({
    value,
    id: option(value),
    className: styles.option,
    disabled: !offered.includes(value),
    selected: value === highlighted,
    "aria-selected": value === highlighted,
    onMouseMove: () => offered.includes(value) && light(value),
  });
  return (
    <Combobox store={combobox} onOptionSubmit={choose} withinPortal={false}>
      {/* The keys are the palette's own: Mantine's Enter takes what stands where the highlight stood. */}
      <Combobox.EventsTarget withKeyboardNavigation={false} withAriaAttributes={false}>
        <TextInput
          ref={box}
          className={styles.input}
          variant="unstyled"
          size="lg"
          leftSection={<IconSearch size={18} aria-hidden="true" />}
          placeholder="Search people, or do something"
          aria-label="Search people, or do something"
          role="combobox"
          aria-haspopup="listbox"
          aria-autocomplete="list"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={active}
          autoComplete="off"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          onKeyDown={press}
          data-autofocus
        />
      </Combobox.EventsTarget>
      <Combobox.Options id={list} className={styles.options} aria-label="Results">
        {grouped(records).map(([group, each]) => (
          <Combobox.Group label={group} key={group}>
            {each.map((record) => (
              <Combobox.Option {...optionProps(record.id)} key={record.id}>
                <span className={styles.title}>{record.title}</span>
                {record.detail && <span className={styles.detail}>{record.detail}</span>}
              </Combobox.Option>
            ))}
          </Combobox.Group>
        ))}
        {grouped(shown).map(([group, each]) => (
          <Combobox.Group label={group} key={group}>
            {each.map((command) => (
              <Combobox.Option {...optionProps(command.id)} key={command.id}>
                <span className={styles.title}>{command.title}</span>
                {command.keys && <Keys keys={command.keys} />}
              </Combobox.Option>
            ))}
          </Combobox.Group>
        ))}
        {everything && (
          <Combobox.Group label="Everything">
            <Combobox.Option {...optionProps(EVERYTHING)}>
              <span className={styles.title}>Search all that was said for “{wanted}”</span>
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

/** What was highlighted last, and for which words. */
interface Lit {
  words: string;
  value: string | null;
}

/**
 * What is highlighted, and what Enter takes: what was, as long as the words are the same and it is offered, wherever it
 * stands now; else the first of what is offered.
 */
function highlight(lit: Lit, words: string, offered: readonly string[]): string | null {
  const stays = lit.words === words && lit.value !== null && offered.includes(lit.value);
  return stays ? lit.value : (offered[0] ?? null);
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
