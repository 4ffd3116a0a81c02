import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import styles from "./Split.module.css";

interface SplitProps {
  /** `Dead letters`: what the list holds. */
  label: string;
  list: ReactNode;
  /** What is open, if anything is. */
  open: string | undefined;
  /** Null where there is nothing to be opened: the list has all the room. */
  pane: ReactNode | null;
}

/** A list and what is open of it, side by side; on a narrow screen one at a time. */
export function Split({ label, list, open, pane }: SplitProps) {
  return (
    <div
      className={styles.split}
      data-open={(open !== undefined && pane !== null) || undefined}
      data-alone={pane === null || undefined}
    >
      <section className={styles.list} aria-label={`List of ${label.toLowerCase()}`}>
        {list}
      </section>
      {pane !== null && (
        <section className={styles.pane} aria-label="What is open">
          {pane}
        </section>
      )}
    </div>
  );
}

/** The lines of a list. J, K and the arrows move among them; each is an `EntryLink`. */
export function Entries({ label, open, children }: { label: string; open?: string; children: ReactNode }) {
  useEffect(() => {
    if (open)
      entries()
        .find((each) => each.dataset.entry === open)
        ?.scrollIntoView({ block: "nearest" });
  }, [open]);
  return (
    // The keys are those of the links within.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ul aria-label={label} onKeyDown={moveByArrows}>
      {children}
    </ul>
  );
}

function moveByArrows(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  moveAmongEntries(step);
}

/** One line; Enter opens it beside. */
export function EntryLink({ entry, children }: { entry: string; children: ReactNode }) {
  return (
    <li>
      <Link
        to="/operations"
        search={(now) => ({ ...now, open: entry })}
        className={styles.entry}
        data-entry={entry}
      >
        {children}
      </Link>
    </li>
  );
}

/** The words of a line: what it is and when, whose it is, and a little of it. */
export function EntryWords({
  title,
  when,
  second,
  snippet,
}: {
  title: ReactNode;
  when: ReactNode;
  second: ReactNode;
  snippet?: ReactNode;
}) {
  return (
    <span className={styles.words}>
      <span className={styles.first}>
        <strong>{title}</strong>
        <small>{when}</small>
      </span>
      <span className={styles.second}>{second}</span>
      {snippet && <span className={styles.snippet}>{snippet}</span>}
    </span>
  );
}

/** Moves the focus to another line: from the one that has it, else from the one that is open. */
export function moveAmongEntries(step: number): void {
  const links = entries();
  const focused = links.indexOf(document.activeElement as HTMLElement);
  const from = focused === -1 ? links.findIndex((link) => link.ariaCurrent === "page") : focused;
  links[Math.max(0, Math.min(links.length - 1, from + step))]?.focus();
}

/** The line that has the focus. */
export function focusedEntry(): string | undefined {
  const { activeElement } = document;
  return activeElement instanceof HTMLElement ? activeElement.dataset.entry : undefined;
}

function entries(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-entry]")];
}

interface PaneHeadProps {
  title: string;
  /** Whose it is, and where it stands. */
  children: ReactNode;
  actions?: ReactNode;
}

/** The heading of what is open. The keyboard goes on from here. */
export function PaneHead({ title, children, actions }: PaneHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <header className={styles.head}>
      <BackToList />
      <div className={styles.headWords}>
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <p>{children}</p>
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}

/** Back to the list, where it does not stand beside. */
export function BackToList() {
  return (
    <Link
      to="/operations"
      search={(now) => ({ ...now, open: undefined })}
      className={styles.back}
      aria-label="Back to the list"
    >
      <IconArrowLeft size={20} aria-hidden="true" />
    </Link>
  );
}
