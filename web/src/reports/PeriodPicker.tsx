import { Button, Popover, TextInput } from "@mantine/core";
import { IconCalendar, IconCheck, IconChevronDown } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import styles from "./Reports.module.css";
import { type Period, periodInWords, periodOf, type Preset, PRESETS, presetOf } from "./period";

interface PeriodPickerProps {
  period: Period;
  /** The agency's date. */
  today: string;
  choose: (period: Period) => void;
  opened: boolean;
  setOpened: (opened: boolean) => void;
}

/** Over which days the report is: one of the usual periods, or days of one's own. */
export function PeriodPicker({ period, today, choose, opened, setOpened }: PeriodPickerProps) {
  const now = presetOf(period, today);
  const take = (next: Period) => {
    choose(next);
    setOpened(false);
  };
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-start"
      width={300}
      trapFocus
      returnFocus
      withRoles
      shadow="md"
    >
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconCalendar size={16} stroke={1.7} />}
          rightSection={<IconChevronDown size={14} />}
          onClick={() => setOpened(!opened)}
        >
          {periodInWords(period, today)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Period" className={styles.periods}>
        <ul>
          {(Object.keys(PRESETS) as Preset[]).map((preset) => (
            <li key={preset}>
              <button
                type="button"
                className={styles.preset}
                aria-pressed={preset === now}
                onClick={() => take(periodOf(preset, today))}
              >
                {PRESETS[preset]}
                {preset === now && <IconCheck size={15} aria-hidden="true" />}
              </button>
            </li>
          ))}
        </ul>
        <OwnDays period={period} take={take} />
      </Popover.Dropdown>
    </Popover>
  );
}

function OwnDays({ period, take }: { period: Period; take: (period: Period) => void }) {
  const [{ from, to }, setDays] = useState(period);
  const [tried, setTried] = useState(false);
  const backwards = from !== "" && to !== "" && to < from;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (from !== "" && to !== "" && !backwards) take({ from, to });
  };
  const missing = (value: string) => (tried && value === "" ? "Choose a day" : null);
  return (
    <form className={styles.ownDays} onSubmit={submit} noValidate>
      <TextInput
        label="From"
        type="date"
        value={from}
        error={missing(from)}
        onChange={({ currentTarget: { value } }) => setDays({ from: value, to })}
      />
      <TextInput
        label="To"
        type="date"
        value={to}
        error={missing(to) ?? (tried && backwards ? "This is before it begins" : null)}
        onChange={({ currentTarget: { value } }) => setDays({ from, to: value })}
      />
      <Button type="submit" size="compact-md" variant="light">
        Show these days
      </Button>
    </form>
  );
}
