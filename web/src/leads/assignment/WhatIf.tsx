import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import type { AssignmentRule, AssignmentOutcome, WhatIfShown } from "../../api/schema";
import { Frame } from "../../reports/Frame";
import settings from "../../settings/Settings.module.css";
import { Wrong } from "../../ui/Form";
import { Card } from "../../ui/Page";
import styles from "./Assignment.module.css";
import { useNames } from "./names";
import { useWhatIf } from "./queries";
import { minutesInWords, whyItWaits } from "./words";

interface WhatIfProps {
  rules: readonly AssignmentRule[];
  inForce: boolean;
  switchOn: () => void;
  switching: boolean;
}

/** What the draft would have done with the leads of the last days, beside what happened; and from there, switching it on. */
export function WhatIf({ rules, inForce, switchOn, switching }: WhatIfProps) {
  const asking = useWhatIf();
  const [days, setDays] = useState("90");
  const [minutes, setMinutes] = useState("5");
  const late = Number(minutes);
  const bad = !Number.isInteger(late) || late < 1 || late > 10_080;
  return (
    <Card title="What if">
      <p className={settings.words}>
        These rules are tried on the leads that came without an owner. Nothing is changed by it. Licences,
        languages and hours are those of today; whoever has a lead is in touch as soon as they usually are.
      </p>
      <form
        className={styles.asked}
        onSubmit={(event) => {
          event.preventDefault();
          if (!bad) asking.mutate({ rules: [...rules], days: Number(days), minutes: late });
        }}
      >
        <NativeSelect
          label="Leads of the last"
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
          data={["7", "30", "90"].map((value) => ({ value, label: `${value} days` }))}
        />
        <TextInput
          label="Missed after minutes"
          inputMode="numeric"
          value={minutes}
          onChange={(event) => setMinutes(event.currentTarget.value)}
          error={bad ? "Minutes, from 1 to 10080" : null}
        />
        <Button type="submit" variant="default" loading={asking.isPending}>
          Try these rules
        </Button>
        {!inForce && (
          <Button onClick={switchOn} loading={switching}>
            Switch on
          </Button>
        )}
      </form>
      <Wrong error={asking.error} />
      <div role="status">{asking.data && <Told told={asking.data} />}</div>
    </Card>
  );
}

const ROWS: [string, (outcome: AssignmentOutcome) => string][] = [
  ["Leads with an owner", ({ assigned }) => String(assigned)],
  ["Leads without one at the end", ({ unassigned }) => String(unassigned)],
  ["Half had an owner within", ({ wait_p50 }) => minutesInWords(wait_p50)],
  ["Nine tenths had an owner within", ({ wait_p90 }) => minutesInWords(wait_p90)],
  ["Half were answered within", ({ response_p50 }) => minutesInWords(response_p50)],
  ["Nine tenths were answered within", ({ response_p90 }) => minutesInWords(response_p90)],
];

function Told({ told }: { told: WhatIfShown }) {
  const names = useNames();
  if (told.leads === 0)
    return <p>No lead came without an owner in these {told.days} days: there is nothing to try them on.</p>;
  const most = Math.max(1, ...told.agents.flatMap(({ happened, draft }) => [happened, draft]));
  const missed: [string, (outcome: AssignmentOutcome) => string] = [
    `Not answered within ${minutesInWords(told.minutes)}`,
    (outcome) => `${outcome.missed} (${Math.round((100 * outcome.missed) / told.leads)} %)`,
  ];
  return (
    <div className={styles.told}>
      <p>
        {told.leads} leads of {told.days} days.
        {told.most_waiting > 0 && ` At most ${told.most_waiting} would have waited at once.`}
      </p>
      <Frame label="What happened, and what these rules would have done">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Happened</th>
            <th scope="col">By these rules</th>
          </tr>
        </thead>
        <tbody>
          {[...ROWS, missed].map(([title, of]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>{of(told.happened)}</td>
              <td>{of(told.draft)}</td>
            </tr>
          ))}
        </tbody>
      </Frame>
      <Frame label="Leads of each person">
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">Happened</th>
            <th scope="col">By these rules</th>
          </tr>
        </thead>
        <tbody>
          {told.agents.map(({ user_id, happened, draft }) => (
            <tr key={user_id}>
              <th scope="row">{names.user(user_id)}</th>
              <td>
                <Bar value={happened} most={most} />
              </td>
              <td>
                <Bar value={draft} most={most} drafted />
              </td>
            </tr>
          ))}
        </tbody>
      </Frame>
      {Object.keys(told.waiting).length > 0 && (
        <ul className={styles.reasons} aria-label="Why leads would wait">
          {Object.entries(told.waiting).map(([waits, count]) => (
            <li key={waits}>
              {count}: {whyItWaits(waits, null, {})}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function Bar({ value, most, drafted }: { value: number; most: number; drafted?: boolean }) {
  return (
    <span className={styles.bar} data-draft={drafted}>
      <span aria-hidden="true" style={{ inlineSize: `${(100 * value) / most}%` }} />
      <b>{value}</b>
    </span>
  );
}
