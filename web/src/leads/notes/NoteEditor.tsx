import { Button, Combobox, Textarea, useCombobox } from "@mantine/core";
import { type KeyboardEvent, type SyntheticEvent, useEffect, useId, useRef, useState } from "react";
import { useUsers } from "../../directory/queries";
import { useMe } from "../../session/session";
import { Face } from "../../ui/Face";
import { Wrong } from "../../ui/Form";
import { mention, mentionedIn, suggested, type Typed, typedMention } from "./mentions";
import styles from "./Notes.module.css";
import { useWriteNote, type Written } from "./queries";

const SUGGESTED = 8;

interface NoteEditorProps {
  leadId: string;
  /** What is changed; without it a new note is written. */
  note?: Written & { id: string };
  done: () => void;
}

/** A note is written: `@` and a name mentions a colleague, Ctrl+Enter saves, Escape leaves. */
export function NoteEditor({ leadId, note, done }: NoteEditorProps) {
  const { user: me } = useMe();
  const colleagues = useUsers().filter(({ id, active }) => active && id !== me.id);
  const [text, setText] = useState(note?.text ?? "");
  const [typed, setTyped] = useState<Typed | null>(null);
  const { mutate: write, isPending, error } = useWriteNote(leadId);
  const area = useRef<HTMLTextAreaElement>(null);
  const options = useId();
  // Whoever begins to write goes on where the button was.
  useEffect(() => area.current?.focus(), []);
  const shown = typed ? suggested(colleagues, typed.word).slice(0, SUGGESTED) : [];
  const open = shown.length > 0;
  const combobox = useCombobox({ opened: open, onOpenedChange: (opened) => !opened && setTyped(null) });
  const words = shown.map(({ id }) => id).join();
  const { resetSelectedOption, selectFirstOption } = combobox;
  useEffect(() => {
    resetSelectedOption();
    if (words) selectFirstOption();
    // The functions are other ones each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [words]);

  const follow = ({
    currentTarget: { value, selectionStart, selectionEnd },
  }: SyntheticEvent<HTMLTextAreaElement>) =>
    setTyped(selectionStart === selectionEnd ? typedMention(value, selectionStart) : null);
  const choose = (id: string) => {
    const who = shown.find((each) => each.id === id);
    if (!who || !typed) return;
    const next = mention(text, typed, who.name);
    setText(next.text);
    setTyped(null);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(next.caret, next.caret);
    });
  };
  const save = () => {
    if (text.trim() === "" || isPending) return;
    // Who was mentioned before is named still, and may have left.
    const kept = note?.mentions ?? [];
    const named = mentionedIn(text, colleagues);
    const left = kept.filter((id) => !colleagues.some((each) => each.id === id));
    write(
      { id: note?.id ?? null, text: text.trim(), mentions: [...new Set([...named, ...left])] },
      { onSuccess: done },
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (open) setTyped(null);
      else done();
    }
  };
  return (
    <form
      className={styles.editor}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Combobox store={combobox} onOptionSubmit={choose} withinPortal={false}>
        <Combobox.EventsTarget withKeyboardNavigation={open} targetType="input">
          <Textarea
            ref={area}
            aria-label={note ? "Change the note" : "New note"}
            description="Type @ and a name to mention a colleague"
            rows={3}
            resize="vertical"
            maxLength={10_000}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              follow(event);
            }}
            onSelect={follow}
            onBlur={() => setTyped(null)}
            onKeyDown={onKeyDown}
          />
        </Combobox.EventsTarget>
        {open && (
          <Combobox.Options id={options} className={styles.suggestions} aria-label="Colleagues">
            {shown.map(({ id, name }) => (
              <Combobox.Option
                key={id}
                value={id}
                className={styles.suggestion}
                // The text keeps the focus.
                onMouseDown={(event) => event.preventDefault()}
              >
                <Face name={name} size={24} /> {name}
              </Combobox.Option>
            ))}
          </Combobox.Options>
        )}
      </Combobox>
      <output className="visually-hidden">
        {open && `${shown[0]!.name}: Enter mentions them. ${shown.length - 1} more by the arrow keys.`}
      </output>
      <Wrong error={error} />
      <div className={styles.actions}>
        <Button size="compact-md" variant="default" onClick={done}>
          Cancel
        </Button>
        <Button size="compact-md" type="submit" loading={isPending} disabled={text.trim() === ""}>
          Save note
        </Button>
      </div>
    </form>
  );
}
