import { ActionIcon, Button, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { IconCheck, IconPencil, IconX } from "@tabler/icons-react";
import {
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import fact from "./Fact.module.css";
import styles from "./EditableFact.module.css";

/** One thing to enter: most facts have one, a name has two. */
export interface Input {
  label: string;
  value: string;
  kind?: "text" | "tel" | "email" | "date" | "long";
  /** What may be chosen, where it is a choice. */
  options?: readonly { value: string; label: string }[];
}

interface EditableFactProps {
  name: string;
  /** Shown while it is not edited; nothing is a dash. */
  children: ReactNode;
  inputs: readonly Input[];
  mayEdit: boolean;
  editing: boolean;
  edit: () => void;
  /** Called with the inputs' values where they differ from what they were when the person began. A rejection keeps the editor open. */
  save: (values: string[], before: string[]) => Promise<void>;
  done: () => void;
  /** What is wrong with what was entered, in words. */
  error: string | null;
  /** What somebody else made of it meanwhile, with the choice between theirs and mine. */
  overlap?: { theirs: ReactNode; takeTheirs: () => void; keepMine: () => void } | null;
}

/** A fact that is edited where it stands: Enter or leaving it saves, Escape does not. */
export function EditableFact(props: EditableFactProps) {
  const { name, children, mayEdit, editing, edit } = props;
  const button = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    // The keyboard goes on where it was, unless it went elsewhere by itself.
    if (
      wasEditing.current &&
      !editing &&
      (document.activeElement === document.body || !document.activeElement)
    ) {
      button.current?.focus({ preventScroll: true });
    }
    wasEditing.current = editing;
  }, [editing]);
  const empty = children === null || children === undefined || children === "";
  const shown = empty ? <span className={fact.none}>—</span> : children;
  return (
    <div className={fact.fact} data-editing={editing || undefined}>
      <dt>{name}</dt>
      <dd className={styles.value}>
        {editing ? (
          <Editor {...props} />
        ) : mayEdit ? (
          <button ref={button} type="button" className={styles.open} onClick={edit}>
            <span>{shown}</span>
            <IconPencil size={14} className={styles.pencil} aria-hidden="true" />
            <span className="visually-hidden">Edit {name.toLowerCase()}</span>
          </button>
        ) : (
          shown
        )}
      </dd>
    </div>
  );
}

function Editor({ name, inputs, save, done, error, overlap }: EditableFactProps) {
  const [before] = useState(() => inputs.map(({ value }) => value));
  const [values, setValues] = useState(before);
  const [saving, setSaving] = useState(false);
  const group = useRef<HTMLDivElement>(null);
  const errorId = useId();
  useEffect(() => {
    const first = group.current?.querySelector<HTMLElement>("input, select, textarea");
    first?.focus();
    if (first instanceof HTMLInputElement && first.type !== "date") first.select();
  }, []);
  const attempt = async () => {
    if (saving) return;
    if (values.every((value, place) => value === before[place])) return done();
    setSaving(true);
    try {
      await save(values, before);
      done();
    } catch {
      // What is wrong stands beside it; what was entered stays.
      setSaving(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      done();
    } else if (
      event.key === "Enter" &&
      !event.nativeEvent.isComposing &&
      event.target instanceof HTMLElement
    ) {
      const isLong = event.target.tagName === "TEXTAREA";
      if (event.target.tagName === "BUTTON" || (isLong && !(event.ctrlKey || event.metaKey))) return;
      event.preventDefault();
      void attempt();
    }
  };
  const onBlur = (event: FocusEvent) => {
    // Without a place to go, the window has lost the focus, or a button cannot take it: nobody has left.
    if (event.relatedTarget === null || group.current?.contains(event.relatedTarget)) return;
    if (error === null && !overlap) void attempt();
  };
  const isLong = inputs.some(({ kind }) => kind === "long");
  return (
    // The keys are those of the fields within.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={group}
      role="group"
      aria-label={name}
      onKeyDown={onKeyDown}
      onBlur={onBlur}
      className={styles.editor}
    >
      <div className={styles.inputs} data-long={isLong || undefined}>
        {inputs.map((input, place) => {
          const common = {
            "aria-label": input.label,
            "aria-invalid": error !== null || undefined,
            "aria-describedby": error === null ? undefined : errorId,
            value: values[place],
            size: "sm",
            onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
              setValues((now) => now.map((each, at) => (at === place ? value : each))),
          } as const;
          if (input.options) return <NativeSelect key={input.label} {...common} data={[...input.options]} />;
          if (input.kind === "long") {
            return <Textarea key={input.label} {...common} autosize minRows={3} maxRows={14} />;
          }
          return (
            <TextInput
              key={input.label}
              {...common}
              type={input.kind === "date" ? "date" : input.kind === "tel" ? "tel" : "text"}
              inputMode={input.kind === "email" ? "email" : undefined}
              placeholder={inputs.length > 1 ? input.label : undefined}
              autoComplete="off"
            />
          );
        })}
        {!overlap && (
          <span className={styles.buttons}>
            <ActionIcon
              size={30}
              aria-label={`Save ${name.toLowerCase()}`}
              onClick={() => void attempt()}
              loading={saving}
            >
              <IconCheck size={16} />
            </ActionIcon>
            <ActionIcon size={30} variant="default" aria-label="Cancel" onClick={done}>
              <IconX size={16} />
            </ActionIcon>
          </span>
        )}
      </div>
      {error !== null && (
        <p id={errorId} role="alert" className={styles.error}>
          {error}
        </p>
      )}
      {overlap && (
        <div role="alert" className={styles.overlap}>
          <p>
            Meanwhile somebody else made it <strong>{overlap.theirs}</strong>.
          </p>
          <span>
            <Button size="compact-sm" variant="default" onClick={overlap.takeTheirs}>
              Keep theirs
            </Button>
            <Button size="compact-sm" onClick={overlap.keepMine}>
              Use mine
            </Button>
          </span>
        </div>
      )}
    </div>
  );
}
