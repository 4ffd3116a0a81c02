import { type ReactNode, useLayoutEffect, useRef } from "react";
import styles from "./Views.module.css";

interface ViewsProps {
  /** What these are the parts of. */
  label: string;
  /** The one that is open: its link is the current one, and is scrolled to where the row is wider than the screen. */
  shown: string;
  className?: string | undefined;
  /** Links, one a view. */
  children: ReactNode;
}

/** The views of a page, side by side. */
export function Views({ label, shown, className, children }: ViewsProps) {
  const row = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    row.current
      ?.querySelector(`[aria-current="page"]`)
      ?.scrollIntoView?.({ inline: "center", block: "nearest" });
    // Which link is the current one, the page knows.
    // eslint-disable-next-line react/exhaustive-deps
  }, [shown]);
  return (
    <nav ref={row} className={`${styles.views} ${className ?? ""}`} aria-label={label}>
      {children}
    </nav>
  );
}
