import type { KeyboardEvent } from "react";

/** Ctrl+Enter, on a Mac Cmd+Enter, sends a form from a field of many lines as well. */
export function submitByKey(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
}
