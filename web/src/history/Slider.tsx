import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { moment } from "../ui/format";
import { useZone } from "../ui/zone";
import { AsItWas } from "./AsItWas";
import styles from "./History.module.css";
import { historyOf, type Past, stateOf } from "./past";

// Whoever slides from one end to the other has not looked at each version on the way.
const SETTLED_MS = 250;

/** Goes through a record's versions, by pointer or by arrows, Home and End; the last is what it is now. */
export function Slider({ past }: { past: Past }) {
  const history = useInfiniteQuery(historyOf(past));
  const id = useId();
  const zone = useZone();
  const entries = history.data?.pages.flatMap(({ items }) => items) ?? [];
  const latest = entries[0]?.version ?? 0;
  const [chosen, setChosen] = useState<number | null>(null);
  const at = Math.min(chosen ?? latest, latest);
  const [settled] = useDebouncedValue(at, SETTLED_MS);
  const looksBack = latest > 1 && settled < latest && at < latest;
  const state = useQuery({ ...stateOf(past, { version: settled }), enabled: looksBack });
  if (latest < 2) return null;
  const entry = entries.find(({ version }) => version === at);
  const since = entry?.recorded_at ?? (settled === at ? state.data?.recorded_at : undefined);
  const now = at === latest;
  const words = now ? "Now" : since ? moment(since, zone) : `Version ${at}`;
  return (
    <div className={styles.slider}>
      <label htmlFor={id}>Go through time</label>
      <output htmlFor={id}>{words}</output>
      <input
        id={id}
        type="range"
        min={1}
        max={latest}
        step={1}
        value={at}
        aria-valuetext={`${words}${entry ? `, ${entry.title}` : ""}, version ${at} of ${latest}`}
        onChange={({ currentTarget: { value } }) => setChosen(Number(value))}
      />
      {!now && (
        <>
          <p className={styles.banner} role="status">
            You see this {past.noun} as of {words}.
            <Button size="compact-xs" variant="default" onClick={() => setChosen(null)}>
              Back to now
            </Button>
          </p>
          {looksBack && <AsItWas past={past} when={{ version: settled }} />}
        </>
      )}
    </div>
  );
}
