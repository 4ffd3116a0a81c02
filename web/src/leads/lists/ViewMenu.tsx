import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconChevronDown, IconColumns3, IconList } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { LeadView } from "../../api/schema";
import { useMe } from "../../session/session";
import { MANY, Picker } from "../../ui/Picker";
import type { LeadSearch } from "../filters";
import styles from "./Lists.module.css";
import { leadCount, leadViews, searchOf, useRemoveView } from "./queries";
import { type Saving, SaveView } from "./SaveView";

const AUDIENCES: Record<LeadView["audience"], string> = {
  own: "Yours",
  team: "Your teams’",
  agency: "The agency’s",
};

interface ViewMenuProps {
  search: LeadSearch;
  show: (search: LeadSearch) => void;
}

/** The lists that have a name, with how many leads each holds; and what becomes of the one at hand. */
export function ViewMenu({ search, show }: ViewMenuProps) {
  const { user: me } = useMe();
  const views = useQuery(leadViews).data ?? [];
  const remove = useRemoveView();
  const [opened, setOpened] = useState(false);
  const [saving, setSaving] = useState<Saving | null>(null);
  const shown = views.find(({ id }) => id === search.list);
  const changed = shown !== undefined && !isSame(search, searchOf(shown));
  const mayChange =
    shown !== undefined && (shown.owner_id === me.id || me.role === "owner" || me.role === "admin");
  return (
    <>
      <Menu opened={opened} onChange={setOpened} position="bottom-start">
        <Menu.Target>
          <Button
            variant={shown ? "light" : "default"}
            size="compact-md"
            leftSection={<IconList size={15} />}
            rightSection={<IconChevronDown size={14} />}
          >
            {shown ? `${shown.name}${changed ? " (changed)" : ""}` : "Views"}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.length === 0 && <Menu.Label>No list has a name yet</Menu.Label>}
          {(["own", "team", "agency"] as const).map((audience) => {
            const theirs = views.filter((view) => view.audience === audience);
            return (
              theirs.length > 0 && (
                <div key={audience} role="group" aria-label={AUDIENCES[audience]}>
                  <Menu.Label>{AUDIENCES[audience]}</Menu.Label>
                  {theirs.map((view) => (
                    <Menu.Item
                      key={view.id}
                      onClick={() => show(searchOf(view))}
                      rightSection={opened && <Count of={view} />}
                    >
                      {view.name}
                    </Menu.Item>
                  ))}
                </div>
              )
            );
          })}
          <Menu.Divider />
          {changed && mayChange && (
            <Menu.Item onClick={() => setSaving({ view: shown, search })}>
              Save changes to {shown.name}…
            </Menu.Item>
          )}
          <Menu.Item onClick={() => setSaving({ view: null, search })}>Save this list as…</Menu.Item>
          {changed && <Menu.Item onClick={() => show(searchOf(shown))}>Reset to {shown.name}</Menu.Item>}
          {shown && <Menu.Item onClick={() => show({})}>All leads</Menu.Item>}
          {shown && mayChange && (
            <Menu.Item
              onClick={() => remove.mutate(shown, { onSuccess: () => show({ ...search, list: undefined }) })}
            >
              Remove {shown.name}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <SaveView saving={saving} close={() => setSaving(null)} saved={(view) => show(searchOf(view))} />
    </>
  );
}

/** Of a list that changes, the number changes. */
function Count({ of: view }: { of: LeadView }) {
  const { data } = useQuery(leadCount(searchOf(view)));
  if (!data) return null;
  return (
    <span className={styles.count}>
      {data.count.toLocaleString("en-US")}
      {data.more && "+"}
    </span>
  );
}

interface ColumnsMenuProps {
  titles: Readonly<Record<string, string>>;
  chosen: readonly string[];
  choose: (columns: string[]) => void;
}

/** Which columns a list has; the name always is the first. */
export function ColumnsMenu({ titles, chosen, choose }: ColumnsMenuProps) {
  const toggle = (key: string) =>
    choose(chosen.includes(key) ? chosen.filter((each) => each !== key) : [...chosen, key]);
  const button = (
    <ActionIcon variant="subtle" color="gray" size={34} aria-label="Columns" title="Columns">
      <IconColumns3 size={17} />
    </ActionIcon>
  );
  const options = Object.entries(titles).map(([value, label]) => ({ value, label }));
  if (options.length > MANY)
    return (
      <Picker
        name="Columns"
        button={button}
        options={options}
        chosen={chosen}
        toggle={toggle}
        position="bottom-end"
      />
    );
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: "auto" }}>
        {options.map(({ value, label }) => (
          <Menu.CheckboxItem
            key={value}
            checked={chosen.includes(value)}
            closeMenuOnClick={false}
            onChange={() => toggle(value)}
          >
            {label}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Whether two addresses show the same list; where one is, and what is being entered, does not matter. */
export const isSame = (one: LeadSearch, other: LeadSearch): boolean => told(one) === told(other);

const told = ({ filter, sort, cols, q, stage, campaign, owner, idle }: LeadSearch) =>
  JSON.stringify([filter, sort, cols, q, stage, campaign, owner, idle].map((each) => each ?? null));
