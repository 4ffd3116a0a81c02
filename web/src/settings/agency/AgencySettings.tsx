import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import type { Agency } from "../../api/schema";
import { agency as asked } from "../../session/agency";
import { useMayAdminister, useMe } from "../../session/session";
import { errorOf } from "../../ui/errors";
import { Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { Card } from "../../ui/Page";
import { Failed, Lines, Stale } from "../../ui/states";
import { changesOf, pointersOf, zonesWith } from "./agency";
import { useChangeAgency } from "./queries";
import styles from "./AgencySettings.module.css";
import { Branding } from "./Branding";
import { Hours, TimeField } from "./Hours";
import { Retention } from "./Retention";

/** What the agency settles for itself. Everybody may look; owners and admins change. */
export function AgencySettings() {
  const { agency: mine } = useMe();
  const { data: agency, error, refetch } = useQuery(asked(mine.id));
  if (!agency) {
    return error ? (
      <Failed error={error} retry={() => void refetch()} what="page" />
    ) : (
      <Lines count={8} label="Loading the agency's settings" />
    );
  }
  // What somebody else changes meanwhile stays out of a form that is being filled in: saving says so.
  return (
    <>
      {error && <Stale error={error} retry={() => void refetch()} />}
      <Form key={agency.id} agency={agency} />
    </>
  );
}

type Settings = Pick<
  Agency,
  | "name"
  | "time_zone"
  | "currency"
  | "business_hours"
  | "quiet_hours"
  | "display_name"
  | "accent"
  | "retention"
>;

const settingsOf = ({
  name,
  time_zone,
  currency,
  business_hours,
  quiet_hours,
  display_name,
  accent,
  retention,
}: Agency): Settings => ({
  name,
  time_zone,
  currency,
  business_hours,
  quiet_hours,
  display_name,
  accent,
  retention,
});

/** Fields that say themselves what is wrong with them. */
const FIELDS = [
  "/name",
  "/time_zone",
  "/currency",
  "/quiet_hours/begins",
  "/quiet_hours/ends",
  "/display_name",
  "/retention/closed_leads_months",
  "/retention/conversations_months",
];

function Form({ agency }: { agency: Agency }) {
  const mayChange = useMayAdminister();
  const [before, setBefore] = useState(agency);
  const [now, setNow] = useState(() => settingsOf(agency));
  const zones = useMemo(() => zonesWith(agency.time_zone), [agency.time_zone]);
  const changing = useChangeAgency();
  const changes = changesOf(settingsOf(before), now);
  const same = Object.keys(changes).length === 0;
  const change = (fields: Partial<Settings>) => setNow({ ...now, ...fields });
  const takeUp = (read: Agency) => {
    setBefore(read);
    setNow(settingsOf(read));
  };
  // Whoever has changed nothing here sees what others change; a logo is no part of what this form saves.
  if (agency.version > before.version) {
    if (same) takeUp(agency);
    else if (JSON.stringify(settingsOf(agency)) === JSON.stringify(settingsOf(before))) setBefore(agency);
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!same) changing.mutate({ agency: before, changes }, { onSuccess: takeUp });
  };
  const { error } = changing;
  return (
    <form className={styles.settings} onSubmit={submit}>
      {!mayChange && (
        <p className={styles.words}>Owners and admins of the agency change what is settled here.</p>
      )}
      <fieldset className={styles.all} disabled={!mayChange} aria-label="The agency's settings">
        <Card title="The agency">
          <div className={form.form}>
            <TextInput
              label="Name"
              required
              withAsterisk={false}
              maxLength={200}
              autoComplete="organization"
              value={now.name}
              onChange={(event) => change({ name: event.currentTarget.value })}
              error={errorOf(error, "/name")}
            />
            <div className={form.pair}>
              <NativeSelect
                label="Time zone"
                description="Of the days in reports, and of whoever chose none."
                data={zones}
                value={now.time_zone}
                onChange={(event) => change({ time_zone: event.currentTarget.value })}
                error={errorOf(error, "/time_zone")}
              />
              <TextInput
                label="Currency"
                description="Three letters, as banks write it: USD."
                required
                withAsterisk={false}
                pattern="[A-Za-z]{3}"
                title="Three letters"
                maxLength={3}
                autoComplete="off"
                value={now.currency}
                onChange={(event) => change({ currency: event.currentTarget.value.toUpperCase() })}
                error={errorOf(error, "/currency")}
              />
            </div>
          </div>
        </Card>
        <Card title="Opening hours">
          <p className={styles.words}>
            When you are open. Leads that were left alone until a day come back when you open on it. When
            leads are given out, the rules of assignment and people’s own working hours say.
          </p>
          <Hours
            week={now.business_hours}
            change={(business_hours) => change({ business_hours })}
            error={error}
          />
        </Card>
        <Card title="Quiet hours">
          <div className={form.form}>
            <p className={styles.words}>
              When nobody is to be called or texted, by the clock of whoever would be. They may go over
              midnight. Beside each number stands what time it is in the state they live in, and when it is
              quiet there; GardenOS calls nobody by itself.
            </p>
            <label className={styles.check}>
              <input
                type="checkbox"
                checked={now.quiet_hours !== null}
                onChange={(event) =>
                  change({
                    quiet_hours: event.currentTarget.checked ? { begins: "21:00", ends: "08:00" } : null,
                  })
                }
              />
              There are quiet hours
            </label>
            {now.quiet_hours && (
              <div className={styles.stretch}>
                <TimeField
                  label="Quiet from"
                  value={now.quiet_hours.begins}
                  change={(begins) => change({ quiet_hours: { ...now.quiet_hours!, begins } })}
                  error={errorOf(error, "/quiet_hours/begins")}
                />
                <TimeField
                  label="until"
                  value={now.quiet_hours.ends}
                  change={(ends) => change({ quiet_hours: { ...now.quiet_hours!, ends } })}
                  error={errorOf(error, "/quiet_hours/ends")}
                />
              </div>
            )}
          </div>
        </Card>
        <Branding
          agency={agency}
          mayChange={mayChange}
          displayName={now.display_name}
          accent={now.accent}
          change={change}
          error={error}
        />
        <Retention
          kept={now.retention}
          inForce={before.retention}
          change={(retention) => change({ retention })}
          error={error}
        />
      </fieldset>
      <Wrong error={error} fields={[...FIELDS, ...pointersOf(now.business_hours)]} />
      {mayChange && (
        <div className={styles.actions}>
          <Button variant="default" disabled={same} onClick={() => takeUp(agency)}>
            Take back
          </Button>
          <Button type="submit" disabled={same} loading={changing.isPending}>
            Save the settings
          </Button>
        </div>
      )}
    </form>
  );
}
