import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { type FormEvent, useMemo, useState } from "react";
import type { LineOfBusiness, WorkProfile } from "../api/schema";
import { linesOfBusiness } from "../leads/lines";
import { useMayWrite, useMe } from "../session/session";
import { zonesWith } from "../settings/agency/agency";
import { Hours } from "../settings/agency/Hours";
import { Several } from "../settings/Several";
import { errorOf } from "../ui/errors";
import { FormActions, Wrong } from "../ui/Form";
import form from "../ui/Form.module.css";
import { words } from "../ui/format";
import { useWriteWorkProfile } from "./queries";
import { STATES, stateName } from "./states";
import { LANGUAGES, languageName, stretchesOf, weekOf } from "./words";
import styles from "./Working.module.css";

interface Licence {
  state: string;
  lines: string[];
  number: string;
  until: string;
}

const LINES = linesOfBusiness.map((line) => ({ id: line, name: words(line) }));
const NINE_TO_FIVE = [0, 1, 2, 3, 4].map((weekday) => ({ weekday, start: "09:00", end: "17:00" }));

function startOf({ licences, languages, working_hours, time_zone }: WorkProfile) {
  return {
    licences: licences.map(({ state, lines, licence_number, expires_on }): Licence => ({
      state,
      lines: [...lines],
      number: licence_number ?? "",
      until: expires_on ?? "",
    })),
    languages: [...languages],
    certain: working_hours.length > 0,
    week: weekOf(working_hours.length > 0 ? working_hours : NINE_TO_FIVE),
    zone: time_zone ?? "",
  };
}

/** How somebody works, all of it: written whole, as it stands here. */
export function WorkForm({ profile, close }: { profile: WorkProfile; close: () => void }) {
  const { agency } = useMe();
  // Who changes records sees numbers of licences, of those whose work they keep.
  const seesNumbers = useMayWrite();
  const [wanted, setWanted] = useState(() => startOf(profile));
  const change = (more: Partial<typeof wanted>) => setWanted((now) => ({ ...now, ...more }));
  const zones = useMemo(
    () => zonesWith(profile.time_zone, agency.time_zone),
    [profile.time_zone, agency.time_zone],
  );
  const writing = useWriteWorkProfile(profile.user_id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    writing.mutate(
      {
        version: profile.version,
        licences: wanted.licences.map(({ state, lines, number, until }) => ({
          state,
          lines: lines as LineOfBusiness[],
          licence_number: number.trim() || null,
          expires_on: until || null,
        })),
        languages: wanted.languages,
        working_hours: wanted.certain ? stretchesOf(wanted.week) : [],
        time_zone: wanted.zone || null,
      },
      { onSuccess: close },
    );
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <Wrong error={writing.error} fields={["/time_zone"]} />
      <Licences
        licences={wanted.licences}
        hidden={!seesNumbers}
        change={(licences) => change({ licences })}
        error={writing.error}
      />
      <Languages spoken={wanted.languages} change={(languages) => change({ languages })} />
      <fieldset className={styles.editor}>
        <legend>Working hours</legend>
        <Checkbox
          label="Only at certain hours"
          checked={wanted.certain}
          onChange={({ currentTarget: { checked } }) => change({ certain: checked })}
        />
        {wanted.certain && (
          <>
            <Hours week={wanted.week} change={(week) => change({ week })} error={null} none="Not at work" />
            <NativeSelect
              label="By the clock of"
              data={[
                { value: "", label: `The agency: ${agency.time_zone}` },
                ...zones.map((zone) => ({ value: zone, label: zone })),
              ]}
              value={wanted.zone}
              onChange={({ currentTarget: { value } }) => change({ zone: value })}
              error={errorOf(writing.error, "/time_zone")}
            />
          </>
        )}
      </fieldset>
      <FormActions close={close}>
        <Button type="submit" loading={writing.isPending}>
          Save
        </Button>
      </FormActions>
    </form>
  );
}

interface LicencesProps {
  licences: readonly Licence[];
  /** Whether numbers are withheld from who writes: they stay as they are. */
  hidden: boolean;
  change: (licences: Licence[]) => void;
  error: unknown;
}

function Licences({ licences, hidden, change, error }: LicencesProps) {
  const taken = new Set(licences.map(({ state }) => state));
  const put = (place: number, more: Partial<Licence>) =>
    change(licences.map((licence, at) => (at === place ? { ...licence, ...more } : licence)));
  return (
    <>
      {licences.map(({ state, lines, number, until }, place) => (
        <fieldset key={state} className={styles.editor}>
          <legend>Licence of {stateName(state)}</legend>
          <div className={form.pair}>
            {!hidden && (
              <TextInput
                label="Number"
                maxLength={50}
                value={number}
                onChange={({ currentTarget: { value } }) => put(place, { number: value })}
                error={errorOf(error, `/licences/${place}/licence_number`)}
              />
            )}
            <TextInput
              label="Last day"
              type="date"
              value={until}
              onChange={({ currentTarget: { value } }) => put(place, { until: value })}
              error={errorOf(error, `/licences/${place}/expires_on`)}
            />
          </div>
          <Several
            label={lines.length === 0 ? "For all lines" : "For these lines alone"}
            options={LINES}
            chosen={lines}
            choose={(ids) => put(place, { lines: ids })}
            none=""
          />
          <div className={styles.actions}>
            <Button
              variant="default"
              size="compact-md"
              leftSection={<IconX size={15} aria-hidden="true" />}
              onClick={() => change(licences.filter((_, at) => at !== place))}
            >
              Take the licence of {stateName(state)} away
            </Button>
          </div>
        </fieldset>
      ))}
      <NativeSelect
        label="Add a licence of"
        value=""
        data={[
          { value: "", label: "Choose a state" },
          ...STATES.filter(([code]) => !taken.has(code)).map(([value, label]) => ({ value, label })),
        ]}
        onChange={({ currentTarget: { value } }) =>
          value && change([...licences, { state: value, lines: [], number: "", until: "" }])
        }
      />
    </>
  );
}

function Languages({ spoken, change }: { spoken: readonly string[]; change: (spoken: string[]) => void }) {
  return (
    <fieldset className={styles.editor}>
      <legend>Languages</legend>
      {spoken.length > 0 && (
        <ul className={styles.languages} aria-label="Languages spoken">
          {spoken.map((tag) => (
            <li key={tag}>
              <Button
                variant="default"
                size="compact-md"
                rightSection={<IconX size={14} aria-hidden="true" />}
                aria-label={`Take ${languageName(tag)} away`}
                onClick={() => change(spoken.filter((each) => each !== tag))}
              >
                {languageName(tag)}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <NativeSelect
        label="Add a language"
        leftSection={<IconPlus size={15} aria-hidden="true" />}
        value=""
        data={[
          { value: "", label: "Choose a language" },
          ...LANGUAGES.filter((tag) => !spoken.includes(tag)).map((value) => ({
            value,
            label: languageName(value),
          })),
        ]}
        onChange={({ currentTarget: { value } }) => value && change([...spoken, value])}
      />
    </fieldset>
  );
}
