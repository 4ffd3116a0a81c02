import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { WorkProfile as Profile } from "../api/schema";
import { useMe } from "../session/session";
import { Fact, Facts } from "../ui/Fact";
import { day, daysUntil, words } from "../ui/format";
import { Failed, Lines, Stale } from "../ui/states";
import { useZone } from "../ui/zone";
import { workProfileOf } from "./queries";
import { stateName } from "./states";
import { hoursInWords, languageName } from "./words";
import { WorkForm } from "./WorkForm";
import styles from "./Working.module.css";

interface WorkProfileProps {
  userId: string;
  /** Whether who looks may change it. */
  keeps: boolean;
}

/** Where somebody is licensed, what they speak, and when they are at work: by that rules give them leads. */
export function WorkProfile({ userId, keeps }: WorkProfileProps) {
  const { data, error, refetch } = useQuery(workProfileOf(userId));
  const [editing, setEditing] = useState(false);
  const ask = () => void refetch();
  return (
    <>
      {error && data && <Stale error={error} retry={ask} />}
      {error && !data && <Failed error={error} retry={ask} what="work profile" />}
      {!data && !error && <Lines count={3} label="Loading how they work" />}
      {data && editing && <WorkForm profile={data} close={() => setEditing(false)} />}
      {data && !editing && (
        <>
          <Known profile={data} />
          {keeps && (
            <div className={styles.actions}>
              <Button variant="default" onClick={() => setEditing(true)}>
                Change licences, languages and hours
              </Button>
            </div>
          )}
        </>
      )}
    </>
  );
}

function Known({ profile }: { profile: Profile }) {
  const { agency } = useMe();
  const { licences, languages, working_hours, time_zone } = profile;
  return (
    <Facts>
      <Fact name="Licences">
        {licences.length > 0 && (
          <ul className={styles.licences}>
            {licences.map((licence) => (
              <Licence key={licence.state} licence={licence} />
            ))}
          </ul>
        )}
        {licences.length === 0 && "None: rules that ask for a licence pass them over"}
      </Fact>
      <Fact name="Languages">
        {languages.length === 0 ? "Not said: counts as English" : languages.map(languageName).join(", ")}
      </Fact>
      <Fact name="Working hours">
        {hoursInWords(working_hours)}
        {working_hours.length > 0 && ` · ${time_zone ?? agency.time_zone}`}
      </Fact>
    </Facts>
  );
}

function Licence({ licence }: { licence: Profile["licences"][number] }) {
  const { state, lines, licence_number, expires_on } = licence;
  const zone = useZone();
  const left = expires_on === null ? null : daysUntil(expires_on, zone);
  const more = [
    lines.length === 0 ? "all lines" : lines.map((line) => words(line).toLowerCase()).join(", "),
    ...(licence_number === null ? [] : [`number ${licence_number}`]),
  ];
  return (
    <li>
      <strong>{stateName(state)}</strong> <small>{more.join(" · ")}</small>
      {expires_on !== null && left !== null && (
        <small className={left < 30 ? styles.past : undefined}>
          {" · "}
          {left < 0 ? "expired on" : "until"} {day(expires_on)}
        </small>
      )}
    </li>
  );
}
