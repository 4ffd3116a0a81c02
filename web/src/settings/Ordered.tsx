import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconGripVertical } from "@tabler/icons-react";
import { type ReactNode, useRef, useState } from "react";
import styles from "./Settings.module.css";

interface OrderedProps<T> {
  /** What the list is called. */
  label: string;
  items: readonly T[];
  keyOf: (item: T) => string;
  nameOf: (item: T) => string;
  /** Whether it counts for nothing at present. */
  isOut?: (item: T) => boolean;
  busy: boolean;
  move: (from: number, to: number) => void;
  /** What is told of one. */
  renderItem: (item: T, place: number) => ReactNode;
  /** What else can be done with one, each an `Act`. */
  renderActs: (item: T) => ReactNode;
}

/** Things in an order that people change: by buttons, or by dragging. */
export function Ordered<T>(props: OrderedProps<T>) {
  const { label, items, keyOf, nameOf, isOut, busy, move, renderItem, renderActs } = props;
  const dragged = useRef<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  return (
    <ol className={styles.entries} aria-label={label}>
      {items.map((item, place) => (
        // To drag is one way; the buttons are the other, and the only one that is needed.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
        <li
          key={keyOf(item)}
          className={styles.entry}
          data-out={isOut?.(item) || undefined}
          data-over={over === place || undefined}
          draggable
          onDragStart={() => (dragged.current = place)}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(place);
          }}
          onDragEnd={() => setOver(null)}
          onDrop={() => {
            setOver(null);
            if (dragged.current !== null) move(dragged.current, place);
          }}
        >
          <IconGripVertical size={16} aria-hidden="true" className={styles.grip} />
          <div className={styles.who}>{renderItem(item, place)}</div>
          <div className={styles.acts}>
            <Act
              label={`Move ${nameOf(item)} up`}
              disabled={busy || place === 0}
              act={() => move(place, place - 1)}
            >
              <IconArrowUp size={16} aria-hidden="true" />
            </Act>
            <Act
              label={`Move ${nameOf(item)} down`}
              disabled={busy || place === items.length - 1}
              act={() => move(place, place + 1)}
            >
              <IconArrowDown size={16} aria-hidden="true" />
            </Act>
            {renderActs(item)}
          </div>
        </li>
      ))}
    </ol>
  );
}

interface ActProps {
  label: string;
  disabled: boolean;
  act: () => void;
  children: ReactNode;
}

/** One thing to do with an entry, as an icon that says its name. Whoever is on it stays there while it cannot be done. */
export function Act({ label, disabled, act, children }: ActProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        size={32}
        aria-label={label}
        aria-disabled={disabled}
        data-disabled={disabled || undefined}
        onClick={disabled ? undefined : act}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
