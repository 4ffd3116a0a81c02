import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type {
  AssignmentOutcome,
  AssignmentRule,
  KnownSince,
  WhatIf as Replay,
  WhatIfTold,
} from "../../api/schema";
import { Frame } from "../../reports/Frame";
import settings from "../../settings/Settings.module.css";
import { Chip } from "../../ui/Chip";
import { Wrong } from "../../ui/Form";
import { Card } from "../../ui/Page";
import { moment } from "../../ui/format";
import { Failed, Lines, Stale } from "../../ui/states";
import { When } from "../../ui/When";
import { useZone } from "../../ui/zone";
import styles from "./Assignment.module.css";
import { useNames } from "./names";
import { isAtWork, useAskWhatIf, whatIfById, whatIfs } from "./queries";
import { minutesInWords, whyItWaits } from "./words";

interface WhatIfProps {
  rules: readonly AssignmentRule[];
  inForce: boolean;
  switchOn: () => void;
  switching: boolean;
}

/** What the draft would have done with the leads of the last days, beside what happened; and from there, switching it on. */
export function WhatIf({ rules, inForce, switchOn, switching }: WhatIfProps) {
  const asking = useAskWhatIf();
  const earlier = useQuery(whatIfs);
  const [chosen, setChosen] = useState<string | null>(null);
  const [days, setDays] = useState("90");
  const [minutes, setMinutes] = useState("5");
  const late = Number(minutes);
  const bad = !Number.isInteger(late) || late < 1 || late > 10_080;
  const shown = chosen ?? earlier.data?.[0]?.id ?? null;
  return (
    <Card title="What if">
      <p className={settings.words}>
        These rules are tried on the leads that came without an owner. No lead is changed by it. Whoever works
        here works as was known at each moment; whoever has a lead is in touch as soon as they usually are.
      </p>
      <form
        className={styles.asked}
        onSubmit={(event) => {
          event.preventDefault();
          if (bad) return;
          asking.mutate(
            { rules: [...rules], days: Number(days), minutes: late },
            { onSuccess: ({ id }) => setChosen(id) },
          );
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
      {earlier.error && !earlier.data && (
        <Failed error={earlier.error} retry={() => void earlier.refetch()} what="list of what was tried" />
      )}
      {earlier.data && earlier.data.length > 1 && (
        <Earlier items={earlier.data} shown={shown} choose={setChosen} />
      )}
      {shown !== null && <Shown key={shown} id={shown} />}
    </Card>
  );
}

interface EarlierProps {
  items: readonly Replay[];
  shown: string | null;
  choose: (id: string) => void;
}

function Earlier({ items, shown, choose }: EarlierProps) {
  const zone = useZone();
  return (
    <NativeSelect
      label="Tried before"
      className={styles.before}
      value={shown ?? ""}
      onChange={(event) => choose(event.currentTarget.value)}
      data={items.map(({ id, asked_at, days, of_draft }) => ({
        value: id,
        label: `${moment(asked_at, zone)}, ${days} days${of_draft ? "" : ", other rules"}`,
      }))}
    />
  );
}

/** One replay: how far it is, or what it came to. */
function Shown({ id }: { id: string }) {
  const { data: replay, error, refetch } = useQuery(whatIfById(id));
  const ask = () => void refetch();
  if (!replay)
    return error ? (
      <Failed error={error} retry={ask} what="replay" />
    ) : (
      <Lines label="Loading what they would have done" />
    );
  const { asked_at, days, leads, leads_done, minutes, of_draft, result, status } = replay;
  return (
    <div className={styles.told}>
      {error && <Stale error={error} retry={ask} />}
      {isAtWork(replay) && (
        <progress
          className={styles.progress}
          max={Math.max(leads ?? 0, 1)}
          value={leads_done}
          aria-label="Trying these rules"
        />
      )}
      <p role="status">
        {isAtWork(replay) && (leads === null ? "About to begin." : `${leads_done} of ${leads} leads.`)}
        {isAtWork(replay) && " You may leave this page: it goes on, and is kept here."}
        {status === "failed" && "It came to an end without a result. Try the rules once more."}
        {status === "done" && (
          <>
            Tried <When at={asked_at} /> on the leads of {days} days.
          </>
        )}
      </p>
      {!of_draft && (
        <p>
          <Chip tone="warn">Other rules than the draft’s</Chip> Try these rules to see what they would do.
        </p>
      )}
      {result && <Told told={result} days={days} minutes={minutes} />}
    </div>
  );
}

const ROWS: [string, (outcome: AssignmentOutcome) => string][] = [
  ["Leads with an owner", ({ assigned }) => String(assigned)],
  ["Leads without one at the end", ({ unassigned }) => String(unassigned)],
  ["Half had an owner within", ({ wait_p50 }) => minutesInWords(wait_p50)],
  ["Nine tenths had an owner within", ({ wait_p90 }) => minutesInWords(wait_p90)],
  ["Half were answered within", ({ response_p50 }) => minutesInWords(response_p50)],
  ["Nine tenths were answered within", ({ response_p90 }) => minutesInWords(response_p90)],
  ["Not answered in the time of a rule", ({ unanswered }) => String(unanswered)],
  ["Went on to somebody else by a rule", ({ went_on }) => String(went_on)],
];

function Told({ told, days, minutes }: { told: WhatIfTold; days: number; minutes: number }) {
  const names = useNames();
  if (told.leads === 0)
    return <p>No lead came without an owner in these {days} days: there is nothing to try them on.</p>;
  const most = Math.max(1, ...told.agents.flatMap(({ happened, draft }) => [happened, draft]));
  const missed: [string, (outcome: AssignmentOutcome) => string] = [
    `Not answered within ${minutesInWords(minutes)}`,
    (outcome) => `${outcome.missed} (${Math.round((100 * outcome.missed) / told.leads)} %)`,
  ];
  return (
    <>
      <p>
        {told.leads} leads of {days} days.
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
            <th scope="col">Open at once, at most</th>
            <th scope="col">By these rules</th>
          </tr>
        </thead>
        <tbody>
          {told.agents.map(({ user_id, happened, draft, most_open_happened, most_open_draft }) => (
            <tr key={user_id}>
              <th scope="row">{names.user(user_id)}</th>
              <td>
                <Bar value={happened} most={most} />
              </td>
              <td>
                <Bar value={draft} most={most} drafted />
              </td>
              <td>{most_open_happened}</td>
              <td>{most_open_draft}</td>
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
      {told.unscored > 0 && (
        <p>
          {told.unscored === 1 ? "1 of the leads" : `${told.unscored} of the leads`} had no score at any time:
          no rule that asks for one was for them.
        </p>
      )}
      <NotKnown people={told.known_since} />
    </>
  );
}

/** Of whom less is known than of all the days: what was taken for it is said. */
function NotKnown({ people }: { people: readonly KnownSince[] }) {
  const names = useNames();
  const zone = useZone();
  if (people.length === 0) return null;
  return (
    <>
      <p>Not everything was known all the time:</p>
      <ul className={styles.reasons} aria-label="What was not known all the time">
        {people.map(({ user_id, joined_at, profile_at }) => (
          <li key={user_id}>
            {names.user(user_id)}{" "}
            {[
              ...(joined_at ? [`joined on ${moment(joined_at, zone)}, and got leads from then on`] : []),
              ...(profile_at
                ? [
                    `works as was first said on ${moment(profile_at, zone)}: it is taken to have been so before`,
                  ]
                : []),
            ].join("; ")}
          </li>
        ))}
      </ul>
    </>
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
