import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, ReactNode, Ref } from "react";
import styles from "./Tile.module.css";

/** A row of figures. Give it `Tile`s and `LinkTile`s. */
export function Tiles({ children, label }: { children: ReactNode; label: string }) {
  return (
    <ul className={styles.tiles} aria-label={label}>
      {children}
    </ul>
  );
}

interface Figure {
  name: string;
  value: string;
  note?: string;
  tone?: "good" | "warn";
}

/** One figure with its name. */
export function Tile(figure: Figure) {
  return (
    <li>
      <div className={styles.tile}>
        <Content {...figure} />
      </div>
    </li>
  );
}

type AnchorProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "children"> & {
  ref?: Ref<HTMLAnchorElement>;
};

/** One figure that leads to what it counts. */
export const LinkTile = createLink(({ name, value, note, tone, ...link }: Figure & AnchorProps) => (
  <li>
    <a {...link} className={styles.tile}>
      <Content name={name} value={value} note={note} tone={tone} />
    </a>
  </li>
));

function Content({ name, value, note, tone }: Figure) {
  return (
    <>
      <span className={styles.name}>{name}</span>
      <span className={styles.value} data-tone={tone}>
        {value}
      </span>
      {note && <span className={styles.note}>{note}</span>}
    </>
  );
}
