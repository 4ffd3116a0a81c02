import { IconPhoneOff } from "@tabler/icons-react";
import { When } from "../../ui/When";
import styles from "./DoNotCall.module.css";

/** Said before anybody is called: that they asked not to be, and when first. */
export function DoNotCall({ at }: { at: string }) {
  return (
    <div className={styles.strip} role="note">
      <IconPhoneOff size={18} stroke={1.7} aria-hidden="true" />
      <span>
        <strong>Do not call:</strong> they asked not to be called <When at={at} />.
      </span>
    </div>
  );
}
