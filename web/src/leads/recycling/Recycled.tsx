import { Button } from "@mantine/core";
import { IconRecycle } from "@tabler/icons-react";
import type { Lead } from "../../api/schema";
import styles from "../../directory/Unclaimed.module.css";
import { day } from "../../ui/format";
import { useBringBack, useCancelRecycling } from "./queries";

interface RecycledProps {
  lead: Lead;
  mayWrite: boolean;
  /** Has another day chosen. */
  change: () => void;
}

/** Until when a lead is left alone and why, and what can be done about it. */
export function Recycled({ lead, mayWrite, change }: RecycledProps) {
  const bring = useBringBack(lead);
  const cancel = useCancelRecycling(lead);
  const { line_of_business: line, days_before: days, reason } = lead.recycled ?? {};
  const busy = bring.isPending || cancel.isPending;
  return (
    <div className={styles.unclaimed} role="note">
      <IconRecycle size={18} stroke={1.7} aria-hidden="true" />
      <span>
        <strong>Comes back {day(lead.comes_back_on!)}</strong>
        {line && `, ${days} days before the X-date of ${line}`}
        {reason && `: ${reason}`}
      </span>
      {mayWrite && (
        <>
          <Button size="compact-sm" loading={bring.isPending} disabled={busy} onClick={() => bring.mutate()}>
            Bring back now
          </Button>
          <Button size="compact-sm" variant="default" disabled={busy} onClick={change}>
            Change…
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            loading={cancel.isPending}
            disabled={busy}
            onClick={() => cancel.mutate()}
          >
            {lead.stage === "lost" ? "Leave it lost" : "Do not wait"}
          </Button>
        </>
      )}
    </div>
  );
}
