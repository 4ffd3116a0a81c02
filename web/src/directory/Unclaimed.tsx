import { Button, Tooltip } from "@mantine/core";
import { IconHandGrab } from "@tabler/icons-react";
import styles from "./Unclaimed.module.css";

interface UnclaimedProps {
  what: "lead" | "client";
  /** Null for a lead that is closed. */
  claim: (() => void) | null;
}

/** Why nothing can be changed here yet, and what to do about it. */
export function Unclaimed({ what, claim }: UnclaimedProps) {
  return (
    <div className={styles.unclaimed} role="note">
      <IconHandGrab size={18} stroke={1.7} aria-hidden="true" />
      <span>
        {claim
          ? `Nobody has this ${what} yet. Everybody in the pool reads it; whoever claims it changes it.`
          : `Nobody has this ${what}, and it is closed. A manager can reopen it; then it can be claimed.`}
      </span>
      {claim && (
        <Tooltip label="M">
          <Button size="compact-sm" onClick={claim}>
            Claim
          </Button>
        </Tooltip>
      )}
    </div>
  );
}
