import { Button } from "@mantine/core";
import { IconCloudOff, IconLock, IconMoodConfuzed, IconRefresh, IconSearchOff } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiProblem } from "../api/problem";
import styles from "./states.module.css";

/** There is nothing, and that is fine: says why, and what to do next. */
export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={styles.state} role="status">
      {icon && (
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      <p className={styles.title}>{title}</p>
      {children && <p className={styles.words}>{children}</p>}
      {action}
    </div>
  );
}

/** It could not be shown: says why in the service's words, and offers what can be done. */
export function Failed({ error, retry, what }: { error: unknown; retry?: () => void; what: string }) {
  const problem = error instanceof ApiProblem ? error : null;
  const [icon, title] =
    problem?.status === 404
      ? [<IconSearchOff key="icon" />, `There is no such ${what} in this agency`]
      : problem?.status === 403
        ? [<IconLock key="icon" />, `You may not see this ${what}`]
        : problem?.passes
          ? [<IconCloudOff key="icon" />, `This ${what} cannot be shown just now`]
          : [<IconMoodConfuzed key="icon" />, `This ${what} could not be shown`];
  return (
    <div className={styles.state} role="alert" data-tone="bad">
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <p className={styles.title}>{title}</p>
      <p className={styles.words}>
        {problem?.status === 404
          ? "It may have been given to somebody else, or belong to another agency of yours, or the address is mistyped."
          : (problem?.message ?? "Something went wrong in this page. Reloading it may help.")}
      </p>
      {retry && problem?.status !== 404 && (
        <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** What is shown may be old: the last try to bring it up to date failed. */
export function Stale({ error, retry }: { error: unknown; retry: () => void }) {
  const words = error instanceof ApiProblem && error.passes ? "It is tried again." : (error as Error).message;
  return (
    <div className={styles.stale} role="status">
      <IconCloudOff size={16} aria-hidden="true" />
      <span>This may be out of date: it could not be asked for again. {words}</span>
      <Button size="compact-sm" variant="subtle" onClick={retry}>
        Try now
      </Button>
    </div>
  );
}

/** Grey lines where text will be. Shown late, so that what is fast does not flicker. */
export function Lines({ count = 3, label = "Loading" }: { count?: number; label?: string }) {
  return (
    <div className={styles.lines} role="status" aria-label={label}>
      {Array.from({ length: count }, (_, line) => (
        <span key={line} style={{ width: `${92 - ((line * 23) % 45)}%` }} />
      ))}
    </div>
  );
}
