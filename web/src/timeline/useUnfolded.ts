import { useState } from "react";
import type { Source } from "./view";

/** Whether an entry is unfolded. Opened for a source, it stays so when the mark goes: nothing jumps. */
export function useUnfolded(source: Source | null): [boolean, (open: boolean) => void] {
  const [open, setOpen] = useState(false);
  const [opened, setOpened] = useState<string | null>(null);
  const now = source?.id ?? null;
  if (opened !== now) {
    setOpened(now);
    if (now !== null) setOpen(true);
  }
  return [open, setOpen];
}
