import { useQuery } from "@tanstack/react-query";
import { ApiProblem } from "../api/problem";
import { fieldName } from "../timeline/fields";
import { Fact, Facts, NotShown } from "../ui/Fact";
import { Failed, Lines, Stale } from "../ui/states";
import { When } from "../ui/When";
import styles from "./History.module.css";
import { useNames } from "./names";
import { type Moment, type Past, stateOf } from "./past";
import { Restore } from "./Restore";
import { StageThen } from "./Stages";
import { type Then, thenAndNow } from "./state";
import { Value } from "./Value";

/** What a record was at a moment, and beside it what is otherwise now. */
export function AsItWas({ past, when }: { past: Past; when: Moment }) {
  const then = useQuery(stateOf(past, when));
  const now = useQuery(stateOf(past, {}));
  const nameOf = useNames();
  const failure = then.error ?? now.error;
  const again = () => {
    if (then.isError) void then.refetch();
    if (now.isError) void now.refetch();
  };
  if (then.data && now.data) {
    const fields = thenAndNow(then.data.state, now.data.state, now.data.withheld ?? []);
    return (
      <div className={styles.state}>
        {failure && <Stale error={failure} retry={again} />}
        <p className={styles.summary}>
          Since <When at={then.data.recorded_at} exact />. {difference(fields)}
        </p>
        <StageThen past={past} when={when} />
        <Facts>
          {fields.map((each) => (
            <Fact key={each.field} name={fieldName(each.field)}>
              {each.withheld ? <NotShown /> : <Value field={each.field} value={each.was} nameOf={nameOf} />}
              {each.differs && (
                <>
                  <span className={styles.now}>
                    Now <Value field={each.field} value={each.is} nameOf={nameOf} />
                  </span>
                  {!each.withheld && (
                    <Restore
                      past={past}
                      field={each.field}
                      value={each.was}
                      version={then.data.version}
                      nameOf={nameOf}
                    />
                  )}
                </>
              )}
            </Fact>
          ))}
        </Facts>
      </div>
    );
  }
  if (failure instanceof ApiProblem && failure.status === 404) {
    return (
      <p className={styles.state} role="status">
        This {past.noun} was not there yet.
      </p>
    );
  }
  return (
    <div className={styles.state}>
      {failure ? (
        <Failed error={failure} retry={again} what={past.noun} />
      ) : (
        <Lines count={5} label="Loading what it was" />
      )}
    </div>
  );
}

function difference(fields: readonly Then[]): string {
  const count = fields.filter(({ differs }) => differs).length;
  if (count === 0) return "All of it is so still.";
  return count === 1 ? "One thing is otherwise now." : `${count} things are otherwise now.`;
}
