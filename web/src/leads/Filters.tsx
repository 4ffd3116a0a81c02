import { Button } from "@mantine/core";
import { IconFilter, IconX } from "@tabler/icons-react";
import { lazy, type RefObject } from "react";
import type { LeadField, Stage } from "../api/schema";
import { useCampaigns, useUsers } from "../directory/queries";
import { useMe } from "../session/session";
import { words } from "../ui/format";
import { Later } from "../ui/Later";
import { LinkButton } from "../ui/LinkButton";
import { Choice, ListFilters, SearchBox, SortBy } from "../ui/ListFilters";
import { isNarrowed, type LeadSearch, type Sort, SORTS } from "./filters";
import { chosenColumns, titles } from "./lists/columns";
import { type Known, knownFields, partsOf, said } from "./lists/filter";
import { ColumnsMenu, ViewMenu } from "./lists/ViewMenu";
import { useLeadFields } from "./own/queries";
import { usePipelines } from "./pipelines/queries";
import { STAGES } from "./stage";

const FilterBuilder = lazy(async () => ({ default: (await import("./lists/FilterBuilder")).FilterBuilder }));

const IDLE_DAYS = [3, 7, 14, 30, 90] as const;

interface FiltersProps {
  search: LeadSearch;
  narrow: (next: Partial<LeadSearch>) => void;
  clear: () => void;
  /** Another list altogether. */
  show: (search: LeadSearch) => void;
  filtering: boolean;
  setFiltering: (opened: boolean) => void;
  searchBox: RefObject<HTMLInputElement | null>;
  busy: boolean;
}

/** What the list is narrowed to, each filter a button that says its value. */
export function Filters(props: FiltersProps) {
  const { search, narrow, clear, show, filtering, setFiltering, searchBox, busy } = props;
  const { user } = useMe();
  const users = useUsers();
  const campaigns = useCampaigns();
  const owners = [
    { value: user.id, label: "Me" },
    { value: "none", label: "Pool" },
    ...users.filter((each) => each.id !== user.id).map((each) => ({ value: each.id, label: each.name })),
  ];
  const own = useLeadFields();
  const there = usePipelines();
  const inUse = own.filter(({ retired }) => !retired);
  const things: Known[] = [
    {
      name: "owner_id",
      label: "Owner",
      kind: "choice",
      options: users.map(({ id, name }) => ({ value: id, label: name })),
    },
    {
      name: "campaign_id",
      label: "Campaign",
      kind: "choice",
      options: campaigns.map(({ id, name }) => ({ value: id, label: name })),
    },
    {
      name: "source",
      label: "Source",
      kind: "text",
      options: [...new Set(campaigns.map(({ source }) => source))].map((value) => ({ value, label: value })),
    },
  ];
  const known = knownFields(own, things);
  const conditions = partsOf(search.filter);
  return (
    <ListFilters of="Leads">
      <SearchBox
        label="Search in leads"
        q={search.q ?? ""}
        ask={(q) => narrow({ q })}
        box={searchBox}
        busy={busy}
      />
      <ViewMenu search={search} show={show} />
      <Choice
        name="Stage"
        options={STAGES.map((stage) => ({ value: stage, label: words(stage) }))}
        chosen={search.stage ?? []}
        choose={(stage) => narrow({ stage: stage as Stage[] | undefined })}
      />
      {there.length > 1 && (
        <Choice
          name="Pipeline"
          options={there.map(({ line, name }) => ({ value: line, label: name }))}
          chosen={search.pipeline ? [search.pipeline] : search.as === "board" ? ["default"] : []}
          choose={(line) => narrow({ pipeline: line?.at(-1) as LeadSearch["pipeline"] })}
          single
        />
      )}
      {search.rotting && (
        <Choice
          name="Time in stage"
          options={[{ value: "rotting", label: "longer than allowed" }]}
          chosen={["rotting"]}
          choose={(chosen) => narrow({ rotting: chosen ? true : undefined })}
          single
        />
      )}
      {search.recycled && (
        <Choice
          name="Recycled"
          options={[{ value: "recycled", label: "come back later" }]}
          chosen={["recycled"]}
          choose={(chosen) => narrow({ recycled: chosen ? true : undefined })}
          single
        />
      )}
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
      <Button
        variant={conditions.length > 0 ? "light" : "default"}
        size="compact-md"
        leftSection={<IconFilter size={15} />}
        title={search.filter && said(search.filter, known)}
        onClick={() => setFiltering(true)}
      >
        {conditions.length === 0
          ? "Filter"
          : conditions.length === 1
            ? said(conditions[0]!, known)
            : `Filter: ${conditions.length} conditions`}
      </Button>
      {search.campaign?.length === 1 && (
        <LinkButton
          to="/leads/campaigns/$campaignId"
          params={{ campaignId: search.campaign[0]! }}
          variant="subtle"
          size="compact-md"
        >
          Campaign’s page
        </LinkButton>
      )}
      {isNarrowed(search) && (
        <Button variant="subtle" size="compact-md" leftSection={<IconX size={15} />} onClick={clear}>
          Clear
        </Button>
      )}
      <SortBy
        sorts={{ ...SORTS, ...sortsOf(inUse) }}
        sort={search.sort ?? "-captured_at"}
        choose={(sort) => narrow({ sort: sort === "-captured_at" ? undefined : (sort as Sort) })}
      >
        {search.as !== "board" && (
          <ColumnsMenu
            titles={titles(inUse)}
            chosen={chosenColumns(search.cols, inUse)}
            choose={(cols) => narrow({ cols: cols.length > 0 ? cols : ["stage"] })}
          />
        )}
      </SortBy>
      <Later when={filtering}>
        <FilterBuilder
          opened={filtering}
          close={() => setFiltering(false)}
          filter={search.filter}
          known={knownFields(inUse, things)}
          narrow={(filter) => narrow({ filter })}
        />
      </Later>
    </ListFilters>
  );
}

const sortsOf = (own: readonly LeadField[]): Record<string, string> =>
  Object.fromEntries(
    own.flatMap(({ key, label }) => [
      [`fields.${key}`, `${label}, least first`],
      [`-fields.${key}`, `${label}, most first`],
    ]),
  );
