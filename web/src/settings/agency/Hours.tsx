import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { Agency, Weekday } from "../../api/schema";
import { errorOf } from "../../ui/errors";
import { anotherStretch, asOnMonday, dayName, pointersOf, WEEKDAYS } from "./agency";
import styles from "./AgencySettings.module.css";

type Week = Agency["business_hours"];

interface HoursProps {
  week: Week;
  change: (week: Week) => void;
  error: unknown;
  /** What is said of a day without any. */
  none?: string;
}

/** When the agency is open, or somebody at work, day by day; a day may have several stretches, or none. */
export function Hours({ week, change, error, none = "Closed" }: HoursProps) {
  return (
    <>
      <ul className={styles.week}>
        {WEEKDAYS.map((day) => (
          <Day
            key={day}
            day={day}
            hours={week[day] ?? []}
            change={(hours) => change({ ...week, [day]: hours })}
            error={error}
            none={none}
          />
        ))}
      </ul>
      <div>
        <Button variant="default" size="compact-md" onClick={() => change(asOnMonday(week))}>
          All workdays as on Monday
        </Button>
      </div>
    </>
  );
}

interface DayProps {
  day: Weekday;
  hours: Week[string];
  change: (hours: Week[string]) => void;
  error: unknown;
  none: string;
}

function Day({ day, hours, change, error, none }: DayProps) {
  const name = dayName(day);
  const wrong = pointersOf({ [day]: hours })
    .map((pointer) => errorOf(error, pointer))
    .find((each) => each !== null);
  return (
    <li className={styles.day}>
      <span className={styles.name}>{name}</span>
      <div className={styles.stretches}>
        {hours.length === 0 && <span className={styles.closed}>{none}</span>}
        {hours.map(({ opens, closes }, place) => {
          const put = (stretch: { opens: string; closes: string }) =>
            change(hours.map((each, at) => (at === place ? stretch : each)));
          return (
            // eslint-disable-next-line react/no-array-index-key
            <div key={place} className={styles.stretch}>
              <TimeField
                label={`${name}: opens`}
                hidden
                value={opens}
                change={(value) => put({ opens: value, closes })}
              />
              <span aria-hidden="true">to</span>
              <TimeField
                label={`${name}: closes`}
                hidden
                // A field for a time of day knows no 24:00: midnight at the end is written as midnight.
                value={closes === "24:00" ? "00:00" : closes}
                change={(value) => put({ opens, closes: value === "00:00" ? "24:00" : value })}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                size={34}
                aria-label={`${name}: take ${opens} to ${closes} away`}
                onClick={() => change(hours.filter((_, at) => at !== place))}
              >
                <IconX size={16} />
              </ActionIcon>
            </div>
          );
        })}
        {wrong && (
          <p role="alert" className={styles.wrong}>
            {wrong}
          </p>
        )}
      </div>
      <ActionIcon
        variant="default"
        size={34}
        aria-label={`${name}: add hours`}
        disabled={hours.length >= 6}
        onClick={() => change(anotherStretch(hours))}
      >
        <IconPlus size={16} />
      </ActionIcon>
    </li>
  );
}

interface TimeFieldProps {
  label: string;
  /** Whether the label is for screen readers alone. */
  hidden?: boolean;
  value: string;
  change: (value: string) => void;
  error?: string | null;
}

/** A time of day. */
export function TimeField({ label, hidden = false, value, change, error }: TimeFieldProps) {
  return (
    <TextInput
      type="time"
      required
      withAsterisk={false}
      className={styles.time}
      {...(hidden ? { "aria-label": label } : { label })}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
      error={error}
    />
  );
}
