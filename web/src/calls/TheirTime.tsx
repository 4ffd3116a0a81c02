import { Tooltip } from "@mantine/core";
import { IconMoon } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { agency as asked } from "../session/agency";
import { useMe } from "../session/session";
import { Chip } from "../ui/Chip";
import { clock } from "../ui/format";
import { useNow } from "../ui/When";
import { quietIn, zonesOf } from "./theirTime";

/** What time it is for somebody who may be called, and whether that is when nobody is to be. */
export function TheirTime({ state }: { state: string | null }) {
  const { agency } = useMe();
  const { data } = useQuery(asked(agency.id));
  const now = useNow();
  const zones = zonesOf(state, agency.time_zone);
  const quiet = data?.quiet_hours ?? null;
  const where = quietIn(zones, quiet, now);
  if (quiet === null || where === null) {
    return state === null ? null : <span>{clock(now, zones[0]!)} there</span>;
  }
  return (
    <Tooltip
      label={`Your agency calls and texts nobody from ${quiet.begins} until ${quiet.ends}, by their clock`}
    >
      <span>
        <Chip tone="warn">
          <IconMoon size={13} aria-hidden="true" /> {clock(now, where)} there: quiet hours
        </Chip>
      </span>
    </Tooltip>
  );
}
