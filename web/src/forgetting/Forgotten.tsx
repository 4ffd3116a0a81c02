import { IconUserOff } from "@tabler/icons-react";
import { moment } from "../ui/format";
import { Empty } from "../ui/states";
import { useZone } from "../ui/zone";

/** What stands where a person's conversations stood who was forgotten. */
export function Forgotten({ at }: { at: string }) {
  return (
    <Empty icon={<IconUserOff size={28} />} title={`This person was forgotten on ${moment(at, useZone())}`}>
      What was known of them and said with them is gone for good. What reports count stays, without a name.
    </Empty>
  );
}
