import { Button } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { RefObject } from "react";
import type { Stage } from "../api/schema";
import { useCampaigns, useUsers } from "../directory/queries";
import { useMe } from "../session/session";
import { words } from "../ui/format";
import { Choice, ListFilters, SearchBox, SortBy } from "../ui/ListFilters";
import { isNarrowed, type LeadSearch, type Sort, SORTS } from "./filters";
import { STAGES } from "./stage";

const IDLE_DAYS = [3, 7, 14, 30, 90] as const;

interface FiltersProps {
  search: LeadSearch;
  narrow: (next: Partial<LeadSearch>) => void;
  clear: () => void;
  searchBox: RefObject<HTMLInputElement | null>;
  busy: boolean;
}

/** What the list is narrowed to, each filter a button that says its value. */
export function Filters({ search, narrow, clear, searchBox, busy }: FiltersProps) {
  const { user } = useMe();
  const users = useUsers();
  const campaigns = useCampaigns();
  const owners = [
    { value: user.id, label: "Me" },
    { value: "none", label: "Pool" },
    ...users.filter((each) => each.id !== user.id).map((each) => ({ value: each.id, label: each.name })),
  ];
  return (
    <ListFilters of="Leads">
      <SearchBox
        label="Search in leads"
        q={search.q ?? ""}
        ask={(q) => narrow({ q })}
        box={searchBox}
        busy={busy}
      />
      <Choice
        name="Stage"
        options={STAGES.map((stage) => ({ value: stage, label: words(stage) }))}
        chosen={search.stage ?? []}
        choose={(stage) => narrow({ stage: stage as Stage[] | undefined })}
      />
      <Choice
        name="Owner"
        options={owners}
        chosen={search.owner ?? []}
        choose={(owner) => narrow({ owner })}
      />
      <Choice
        name="Campaign"
        options={campaigns.map((each) => ({ value: each.id, label: each.name }))}
        chosen={search.campaign ?? []}
        choose={(campaign) => narrow({ campaign })}
      />
      <Choice
        name="Not contacted"
        options={IDLE_DAYS.map((days) => ({ value: String(days), label: `for ${days} days` }))}
        chosen={search.idle ? [String(search.idle)] : []}
        choose={(days) => narrow({ idle: days ? Number(days.at(-1)) : undefined })}
        single
      />
      {isNarrowed(search) && (
        <Button variant="subtle" size="compact-md" leftSection={<IconX size={15} />} onClick={clear}>
          Clear
        </Button>
      )}
      <SortBy
        sorts={SORTS}
        sort={search.sort ?? "-captured_at"}
        choose={(sort) => narrow({ sort: sort === "-captured_at" ? undefined : (sort as Sort) })}
      />
    </ListFilters>
  );
}
