import { Tooltip } from "@mantine/core";
import { moment } from "../ui/format";
import { useZone } from "../ui/zone";
import { timeOfDay } from "./days";
import styles from "./Timeline.module.css";

/** The time of an entry; its day stands above it. */
export function At({ at }: { at: string }) {
  const zone = useZone();
  return (
    <Tooltip label={moment(at, zone)}>
      <time dateTime={at} className={styles.at}>
        {timeOfDay(at, zone)}
      </time>
    </Tooltip>
  );
}
