import { IconPlaneDeparture } from "@tabler/icons-react";
import { useNameOf } from "../directory/queries";
import { moment } from "../ui/format";
import { useZone } from "../ui/zone";
import { useAwayNow } from "../directory/away";
import styles from "./Working.module.css";

/** Who is away now, until when, and who covers; nothing where everybody is here. */
export function AwayNow() {
  const away = useAwayNow();
  const nameOf = useNameOf();
  const zone = useZone();
  if (away.size === 0) return null;
  const said = [...away.values()].map(({ user_id, ends_at, covered_by }) => {
    const cover = covered_by === null ? "" : ` (${nameOf(covered_by)} covers)`;
    return `${nameOf(user_id)} until ${moment(ends_at, zone)}${cover}`;
  });
  return (
    <p className={styles.words}>
      <IconPlaneDeparture size={16} aria-hidden="true" /> Away now: {said.join(", ")}.
    </p>
  );
}
