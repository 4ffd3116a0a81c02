import { IconChevronLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import styles from "./Sources.module.css";

/** The way back, above a heading. */
export function BackTo({
  to,
  children,
}: {
  to: "/leads" | "/leads/campaigns" | "/leads/sources" | "/leads/duplicates";
  children: string;
}) {
  return (
    <Link to={to} className={styles.back}>
      <IconChevronLeft size={16} aria-hidden="true" />
      {children}
    </Link>
  );
}
