import { IconChevronLeft } from "@tabler/icons-react";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes } from "react";
import styles from "./BackTo.module.css";

/** The way back, above a heading. */
export const BackTo = createLink(({ children, ...props }: AnchorHTMLAttributes<HTMLAnchorElement>) => (
  <a {...props} className={styles.back}>
    <IconChevronLeft size={16} aria-hidden="true" />
    {children}
  </a>
));
