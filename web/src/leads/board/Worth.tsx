import type { BoardColumn } from "../../api/schema";
import { briefly } from "../../ui/format";
import styles from "./Board.module.css";

/**
 * What the leads of a column are worth: what they pay their carriers now, and that by the stage's probability; where
 * nobody knows what they pay, how many of them are to be won.
 */
export function Worth({ column }: { column: BoardColumn }) {
  const { leads, probability, premiums, expected_binds: binds } = column;
  if (leads === 0 || column.stage === "won" || column.stage === "lost") return null;
  const known = premiums?.[0];
  if (!known) {
    const won = Number(binds.toFixed(1));
    return (
      <p className={styles.worth} title={`${probability} % of those in this stage are won`}>
        {won} expected to bind
      </p>
    );
  }
  const others = premiums.length > 1 ? `, and ${premiums.length - 1} more currencies` : "";
  return (
    <p
      className={styles.worth}
      title={`What they pay their carriers now: known of ${known.leads} of ${leads}${others}. ${probability} % of it is expected.`}
    >
      {briefly(known)} premium · {briefly({ ...known, minor: known.expected_minor })} expected
    </p>
  );
}
