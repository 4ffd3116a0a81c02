import { Checkbox, SegmentedControl, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Failed, Lines } from "../../ui/states";
import settings from "../Settings.module.css";
import { eventTypes } from "./queries";
import styles from "./Webhooks.module.css";
import { eventTitle, found } from "./words";

interface EventsProps {
  /** Null: all. */
  chosen: readonly string[] | null;
  choose: (types: string[] | null) => void;
  error: string | null;
}

/** Which events are sent: all, also those that come to be, or some that are looked for and ticked. */
export function Events({ chosen, choose, error }: EventsProps) {
  const { data: events, error: failure, refetch } = useQuery(eventTypes);
  const [sought, setSought] = useState("");
  const [some, setSome] = useState<readonly string[]>(chosen ?? []);
  const toggle = (type: string) => {
    const next = some.includes(type) ? some.filter((each) => each !== type) : [...some, type];
    setSome(next);
    choose(next);
  };
  const shown = found(events ?? [], sought);
  return (
    <fieldset className={styles.events}>
      <legend>Events</legend>
      <SegmentedControl
        aria-label="Which events"
        data={[
          { value: "all", label: "All" },
          { value: "some", label: `Only these${some.length > 0 ? ` (${some.length})` : ""}` },
        ]}
        value={chosen === null ? "all" : "some"}
        onChange={(which) => choose(which === "all" ? null : [...some])}
      />
      {chosen !== null && (
        <>
          <TextInput
            aria-label="Search in events"
            placeholder="Lead, policy, call…"
            leftSection={<IconSearch size={16} aria-hidden="true" />}
            value={sought}
            onChange={(event) => setSought(event.currentTarget.value)}
          />
          {!events && failure && <Failed error={failure} retry={() => void refetch()} what="list" />}
          {!events && !failure && <Lines count={4} label="Loading events" />}
          {events && shown.length === 0 && (
            <p className={settings.words} role="status">
              No event is called so.
            </p>
          )}
          {shown.length > 0 && (
            // Who goes by keys scrolls by going from box to box.
            <div className={styles.list}>
              {shown.map(({ type, words }) => (
                <Checkbox
                  key={type}
                  label={eventTitle(type)}
                  description={words}
                  checked={some.includes(type)}
                  onChange={() => toggle(type)}
                />
              ))}
            </div>
          )}
        </>
      )}
      {error && <span role="alert">{error}</span>}
    </fieldset>
  );
}
