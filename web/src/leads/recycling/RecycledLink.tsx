import { Button } from "@mantine/core";
import { IconRecycle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { LeadSearch } from "../filters";
import { recycledCount } from "./queries";

/** How many leads are left out of this list until they come back, and the way to them. Not there while there are none. */
export function RecycledLink({ search, show }: { search: LeadSearch; show: () => void }) {
  // Who is searched for is found wherever they are.
  const wanted = search.recycled !== true && search.q === undefined;
  const { data } = useQuery({ ...recycledCount(search), enabled: wanted });
  if (!wanted || !data || data.count === 0) return null;
  const count = data.count.toLocaleString("en-US");
  return (
    <Button variant="subtle" size="compact-md" leftSection={<IconRecycle size={15} />} onClick={show}>
      {count}
      {data.more && "+"} {data.count === 1 ? "comes" : "come"} back later
    </Button>
  );
}
