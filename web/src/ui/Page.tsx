import { type ReactNode, useEffect } from "react";
import styles from "./Page.module.css";

interface PageProps {
  /** The heading, and the window's title. */
  title: string;
  /** In place of the plain heading; must hold an h1. */
  heading?: ReactNode;
  /** What stands above the heading: the way back. */
  above?: ReactNode;
  actions?: ReactNode;
  /** `full`: the content scrolls by itself and reaches the edges, like a list. */
  width?: "reading" | "wide" | "full";
  children: ReactNode;
}

/** One page: its heading, its actions, its content. */
export function Page({ title, heading, above, actions, width = "wide", children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · GardenOS`;
  }, [title]);
  return (
    <div className={styles.page} data-width={width}>
      <div className={styles.head}>
        <div className={styles.heading}>
          {above}
          {heading ?? <h1>{title}</h1>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A part of a page that stands on its own. */
export function Card({
  title,
  actions,
  children,
  label,
}: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  label?: string;
}) {
  return (
    <section className={styles.card} aria-label={label}>
      {(title || actions) && (
        <div className={styles.cardHead}>
          {title && <h2>{title}</h2>}
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}
