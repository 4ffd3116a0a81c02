import { Button } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { createLink } from "@tanstack/react-router";
import {
  type AnchorHTMLAttributes,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useRef,
} from "react";
import styles from "./Split.module.css";
import { Lines } from "./states";

type AnchorProps = AnchorHTMLAttributes<HTMLAnchorElement> & { ref?: Ref<HTMLAnchorElement> };

interface SplitProps {
  /** `Dead letters`: what the list holds. */
  label: string;
  list: ReactNode;
  /** Whether the list needs room for its filters. */
  wide?: boolean;
  /** What is open, if anything is. */
  open: string | undefined;
  /** `Conversation`: what the pane shows. */
  paneLabel: string;
  /** Null where there is nothing to be opened: the list has all the room. */
  pane: ReactNode | null;
}

/** A list and what is open of it, side by side; on a narrow screen one at a time. */
export function Split({ label, list, wide = false, open, paneLabel, pane }: SplitProps) {
  return (
    <div
      className={styles.split}
      data-open={(open !== undefined && pane !== null) || undefined}
      data-alone={pane === null || undefined}
      data-wide={wide || undefined}
    >
      <section className={styles.list} aria-label={`List of ${label.toLowerCase()}`}>
        {list}
      </section>
      {pane !== null && (
        <section className={styles.pane} aria-label={paneLabel}>
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

/** One line, to the page with that open; Enter opens it beside. */
export const EntryLink = createLink(({ entry, children, ...props }: AnchorProps & { entry: string }) => (
  <li>
    <a {...props} className={styles.entry} data-entry={entry}>
      {children}
    </a>
  </li>
));

/** The words of a line, after its sign: what it is and when, whose it is, and a little of it. */
export function EntryWords({
  title,
  when,
  second,
  snippet,
}: {
  title: ReactNode;
  when: ReactNode;
  second?: ReactNode;
  snippet?: ReactNode;
}) {
  return (
    <span className={styles.words}>
      <span className={styles.first}>
        <strong>{title}</strong>
        <small>{when}</small>
      </span>
      {second && <span className={styles.second}>{second}</span>}
      {snippet && <span className={styles.snippet}>{snippet}</span>}
    </span>
  );
}

/** Where the lines will be. */
export function EntriesAwaited({ label }: { label: string }) {
  return (
    <div className={styles.awaited}>
      <Lines count={8} label={label} />
    </div>
  );
}

/** Below the lines, while there are more. */
export function ShowMore({ load, loading }: { load: () => void; loading: boolean }) {
  return (
    <Button variant="subtle" className={styles.more} loading={loading} onClick={load}>
      Show more
    </Button>
  );
}

/** Moves the focus to another line: from the one that has it, else from the one that is open. */
export function moveAmongEntries(step: number): void {
  const links = entries();
  const focused = links.indexOf(document.activeElement as HTMLElement);
  const from = focused === -1 ? links.findIndex((link) => link.ariaCurrent === "page") : focused;
  links[Math.max(0, Math.min(links.length - 1, from + step))]?.focus();
}

/** Goes back to the list; what is open is closed where the list does not stand beside it. */
export function leavePane(close: () => void): void {
  moveAmongEntries(0);
  if (matchMedia("(max-width: 900px)").matches) close();
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
  /** A `BackToList`. */
  back: ReactNode;
  /** Shown where there is room. */
  face?: ReactNode;
  title: string;
  /** Whose it is, and where it stands. */
  children: ReactNode;
  actions?: ReactNode;
}

/** The heading of what is open. The keyboard goes on from here. */
export function PaneHead({ back, face, title, children, actions }: PaneHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <header className={styles.head}>
      {back}
      {face && <span className={styles.face}>{face}</span>}
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

/** Back to the list, where it does not stand beside. Its label says so. */
export const BackToList = createLink((props: AnchorProps & { "aria-label": string }) => (
  <a {...props} className={styles.back}>
    <IconArrowLeft size={20} aria-hidden="true" />
  </a>
));
