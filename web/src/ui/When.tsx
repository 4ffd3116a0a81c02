import { Tooltip } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { ago, moment } from "./format";
import { useZone } from "./zone";

/** A moment as people say it; in full to those who point at it or have it read out. */
export function When({ at, exact = false }: { at: string; exact?: boolean }) {
  const zone = useZone();
  const now = useNow();
  const full = moment(at, zone);
  return (
    <Tooltip label={exact ? ago(at, zone, now) : full}>
      <time dateTime={at}>{exact ? full : ago(at, zone, now)}</time>
    </Tooltip>
  );
}

let now = Date.now();
const listeners = new Set<() => void>();
setInterval(() => {
  now = Date.now();
  for (const listener of listeners) listener();
}, 60_000);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The present, to the minute: what is said of it stays true while it is looked at. Milliseconds since the epoch. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
