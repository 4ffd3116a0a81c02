import { useQuery } from "@tanstack/react-query";
import type { StageStay } from "../api/schema";
import { isClosed, StageChip } from "../leads/stage";
import { lasting } from "../ui/format";
import { Failed, Lines } from "../ui/states";
import { When } from "../ui/When";
import styles from "./History.module.css";
import { type Moment, type Past, stagesOfPast } from "./past";

/** For how long the record was in each of its stages; of records that go through some. */
export function Stages({ past }: { past: Past }) {
  const stages = useQuery(stagesOfPast(past, {}));
  if (past.stages === undefined) return null;
  return (
    <section aria-label="Time in each stage" className={styles.stages}>
      <h3>Time in each stage</h3>
      {stages.data ? (
        <ol>
          {stages.data.items
            .filter((stay) => !stay.taken_back)
            .map((stay) => (
              <li key={stay.version}>
                <StageChip stage={stay.stage} name={stay.name} />
                {(stay.until !== null || !isClosed(stay.stage)) && <Lasted stay={stay} />}
                <small>
                  since <When at={stay.since} />
                </small>
              </li>
            ))}
        </ol>
      ) : stages.isError ? (
        <Failed error={stages.error} retry={() => void stages.refetch()} what="time in each stage" />
      ) : (
        <Lines count={3} label="Loading the time in each stage" />
      )}
    </section>
  );
}

/** For how long it had been in its stage at a moment; nothing while that is not known. */
export function StageThen({ past, when }: { past: Past; when: Moment }) {
  const stay = useQuery(stagesOfPast(past, when)).data?.items.at(-1);
  if (!stay) return null;
  return (
    <p className={styles.summary}>
      In {stay.name} for <Lasted stay={stay} /> by then.
    </p>
  );
}

function Lasted({ stay: { seconds, overdue } }: { stay: StageStay }) {
  return (
    <span className={overdue ? styles.overdue : undefined}>
      {lasting(seconds)}
      {overdue && ", overdue"}
    </span>
  );
}
