import type { LeadSearch } from "../filters";
import { type Filter, partsOf } from "./filter";

/** All that a list is narrowed to as one filter, the choices above it as well, so that a view keeps them. What is typed into the box is not kept. */
export function wholeFilter({
  filter,
  stage,
  pipeline,
  rotting,
  recycled,
  campaign,
  owner,
  idle,
}: LeadSearch): Filter | null {
  const users = owner?.filter((each) => each !== "none") ?? [];
  const owned = [
    ...(users.length > 0 ? [{ field: "owner_id", op: "is", value: users }] : []),
    ...(owner?.includes("none") ? [{ field: "owner_id", op: "is_empty" }] : []),
  ];
  const chosen = [
    ...(stage ? [{ field: "stage", op: "is", value: stage }] : []),
    ...(pipeline ? [{ field: "pipeline", op: "is", value: [pipeline] }] : []),
    ...(rotting ? [{ field: "rots_at", op: "in_last", value: 3650 }] : []),
    ...(recycled ? [{ field: "comes_back_on", op: "is_not_empty" }] : []),
    ...(campaign ? [{ field: "campaign_id", op: "is", value: campaign }] : []),
    ...(owned.length > 1 ? [{ any: owned }] : owned),
    ...(idle
      ? [
          { field: "idle_since", op: "not_in_last", value: idle },
          { field: "stage", op: "is_not", value: ["won", "lost"] },
        ]
      : []),
  ];
  if (chosen.length === 0) return filter ?? null;
  if (filter === undefined) return { all: chosen };
  // One that asks for any of several stays together beside the others.
  return { all: [...chosen, ...("any" in filter ? [filter] : partsOf(filter))] };
}
