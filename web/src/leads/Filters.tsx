import { Button, CloseButton, Loader, Menu, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconArrowsSort, IconCheck, IconChevronDown, IconSearch, IconX } from "@tabler/icons-react";
import { type ReactNode, type RefObject, useEffect, useState } from "react";
import type { Stage } from "../api/schema";
import { useCampaigns, useUsers } from "../directory/queries";
import { useMe } from "../session/session";
import { words } from "../ui/format";
import { isNarrowed, type LeadSearch, type Sort, SORTS } from "./filters";
import styles from "./LeadList.module.css";
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
    <div className={styles.filters} role="search" aria-label="Leads">
      <SearchBox q={search.q ?? ""} narrow={narrow} searchBox={searchBox} busy={busy} />
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
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            className={styles.sort}
            variant="subtle"
            color="gray"
            size="compact-md"
            leftSection={<IconArrowsSort size={15} />}
          >
            {SORTS[search.sort ?? "-captured_at"]}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {Object.entries(SORTS).map(([sort, title]) => (
            <Menu.Item
              key={sort}
              role="menuitemradio"
              aria-checked={(search.sort ?? "-captured_at") === sort}
              rightSection={(search.sort ?? "-captured_at") === sort && <IconCheck size={15} />}
              onClick={() => narrow({ sort: sort === "-captured_at" ? undefined : (sort as Sort) })}
            >
              {title}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

function SearchBox({
  q,
  narrow,
  searchBox,
  busy,
}: Pick<FiltersProps, "narrow" | "searchBox" | "busy"> & { q: string }) {
  const [typed, setTyped] = useState(q);
  const ask = useDebouncedCallback((next: string) => narrow({ q: next.trim() || undefined }), 180);
  useEffect(() => {
    // Changed from outside: cleared, or another address. What is being typed is left alone.
    if (document.activeElement !== searchBox.current) setTyped(q);
  }, [q, searchBox]);
  const take = (next: string) => {
    setTyped(next);
    ask(next);
  };
  return (
    <TextInput
      ref={searchBox}
      className={styles.search}
      aria-label="Search in leads"
      placeholder="Name, email or phone"
      leftSection={busy ? <Loader size={14} /> : <IconSearch size={16} aria-hidden="true" />}
      rightSection={typed && <CloseButton size="sm" aria-label="Clear the search" onClick={() => take("")} />}
      value={typed}
      maxLength={200}
      onChange={(event) => take(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          if (typed) take("");
          else event.currentTarget.blur();
        }
      }}
    />
  );
}

interface ChoiceProps {
  name: string;
  options: readonly { value: string; label: string }[];
  chosen: readonly string[];
  choose: (values: string[] | undefined) => void;
  single?: boolean;
}

function Choice({ name, options, chosen, choose, single = false }: ChoiceProps) {
  const labels = chosen.map((value) => options.find((each) => each.value === value)?.label ?? "…");
  const said: ReactNode =
    labels.length === 0
      ? name
      : `${name}: ${labels.length < 3 ? labels.join(", ") : `${labels.length} chosen`}`;
  const toggle = (value: string) => {
    const has = chosen.includes(value);
    const next = single
      ? has
        ? []
        : [value]
      : has
        ? chosen.filter((each) => each !== value)
        : [...chosen, value];
    choose(next.length > 0 ? next : undefined);
  };
  return (
    <Menu closeOnItemClick={single}>
      <Menu.Target>
        <Button
          variant={chosen.length > 0 ? "light" : "default"}
          size="compact-md"
          className={styles.choice}
          data-chosen={chosen.length > 0 || undefined}
          rightSection={<IconChevronDown size={14} />}
        >
          {said}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={styles.choices}>
        {options.length === 0 && <Menu.Label>There are none yet</Menu.Label>}
        {options.map(({ value, label }) => {
          const on = chosen.includes(value);
          return (
            <Menu.Item
              key={value}
              role={single ? "menuitemradio" : "menuitemcheckbox"}
              aria-checked={on}
              rightSection={on && <IconCheck size={15} />}
              onClick={() => toggle(value)}
            >
              {label}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
