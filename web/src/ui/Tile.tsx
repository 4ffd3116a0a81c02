import type { ReactNode } from "react";
import styles from "./Tile.module.css";

/** A row of figures. Give it `Tile`s. */
export function Tiles({ children, label }: { children: ReactNode; label: string }) {
  return (
    <ul className={styles.tiles} aria-label={label}>
      {children}
    </ul>
  );
}

/** One figure with its name. Where it leads somewhere, `wrap` gives the link that is the tile. */
export function Tile({
  name,
  value,
  note,
  tone,
  wrap,
}: {
  name: string;
  value: ReactNode;
  note?: ReactNode;
  tone?: "good" | "warn";
  wrap?: (className: string, content: ReactNode) => ReactNode;
}) {
  const content = (
    <>
      <span className={styles.name}>{name}</span>
      <span className={styles.value} data-tone={tone}>
        {value}
      </span>
      {note && <span className={styles.note}>{note}</span>}
    </>
  );
  const className = styles.tile ?? "";
  return <li>{wrap ? wrap(className, content) : <div className={className}>{content}</div>}</li>;
}
