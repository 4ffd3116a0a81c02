import type { Lead } from "../../api/schema";
import { useNow } from "../../ui/When";
import { isClosed } from "../stage";
import styles from "./InStage.module.css";
import { daysInStage, isRotting } from "./queries";

/** For how long a lead has been in its stage; said where that is longer than the stage allows. */
export function InStage({ lead }: { lead: Lead }) {
  const now = useNow();
  if (isClosed(lead.stage)) return <>—</>;
  const days = daysInStage(lead, now);
  const told = days === 0 ? "today" : days === 1 ? "1 day" : `${days} days`;
  if (!isRotting(lead, now)) return <span>{told}</span>;
  return (
    <span className={styles.rotting} title="Longer than this stage allows">
      {told}, overdue
    </span>
  );
}
