import { useMediaQuery } from "@mantine/hooks";
import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import styles from "./RecordLayout.module.css";
import type { Part, RecordView } from "./view";

const TITLES: Record<Part, string> = { timeline: "Timeline", insights: "Insights", facts: "Facts" };
const TABS: readonly Part[] = ["timeline", "insights", "facts"];

interface RecordLayoutProps {
  view: RecordView;
  facts: ReactNode;
  timeline: ReactNode;
  insights: ReactNode;
}

/** A person's record: facts, timeline and insights side by side, each scrolling by itself; on a narrow screen by tabs. */
export function RecordLayout({ view, ...parts }: RecordLayoutProps) {
  const narrow = useMediaQuery("(max-width: 1100px)", false, { getInitialValueInEffect: false });
  if (narrow) return <Tabbed view={view} {...parts} />;
  return (
    <div className={styles.columns}>
      {(["facts", "timeline", "insights"] as const).map((part) => (
        // What scrolls can be reached by the keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <section key={part} className={styles[part]} aria-label={TITLES[part]} tabIndex={0}>
          <h2 className={part === "timeline" ? "visually-hidden" : undefined}>{TITLES[part]}</h2>
          {parts[part]}
        </section>
      ))}
    </div>
  );
}

function Tabbed({ view: { part: shown, show }, ...parts }: RecordLayoutProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = TABS[(TABS.indexOf(shown) + step + TABS.length) % TABS.length]!;
    show(next);
    list.current?.querySelector<HTMLElement>(`[data-part="${next}"]`)?.focus();
  };
  return (
    <div className={styles.tabbed}>
      <div ref={list} role="tablist" aria-label="Parts of the record" className={styles.tabs}>
        {TABS.map((part) => (
          <button
            key={part}
            type="button"
            role="tab"
            id={`${id}-tab-${part}`}
            data-part={part}
            aria-selected={part === shown}
            aria-controls={part === shown ? `${id}-panel` : undefined}
            tabIndex={part === shown ? 0 : -1}
            onClick={() => show(part)}
            onKeyDown={onKeyDown}
          >
            {TITLES[part]}
          </button>
        ))}
      </div>
      <section
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-tab-${shown}`}
        className={styles.panel}
      >
        <h2 className="visually-hidden">{TITLES[shown]}</h2>
        {parts[shown]}
      </section>
    </div>
  );
}
