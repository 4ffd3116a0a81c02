import { ActionIcon, Button, Checkbox, Modal, NativeSelect, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { type FormEvent, useId, useState } from "react";
import { newKey } from "../../api/client";
import type { AssignmentRule, LineOfBusiness, RuleSaid } from "../../api/schema";
import { useCampaigns, useTeams, useUsers } from "../../directory/queries";
import { errorOf } from "../../ui/errors";
import { FormActions, Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { words } from "../../ui/format";
import { useAwayNow } from "../../directory/away";
import { linesOfBusiness } from "../lines";
import source from "../sources/Sources.module.css";
import styles from "./Assignment.module.css";
import { useNames } from "./names";
import { ruleInWords } from "./words";

interface RuleEditorProps {
  edited: AssignmentRule | "new" | null;
  /** Which one of the rules it is, from 0. */
  place: number;
  saving: boolean;
  error: unknown;
  save: (rule: AssignmentRule) => void;
  close: () => void;
}

/** One rule: for which leads, to whom, and what then. It says itself in plain words while it is written. */
export function RuleEditor({ edited, close, ...rest }: RuleEditorProps) {
  return (
    <Modal
      opened={edited !== null}
      onClose={close}
      title={edited === "new" ? "Add a rule" : "Change the rule"}
      size={720}
    >
      {edited !== null && <Form rule={edited === "new" ? null : edited} close={close} {...rest} />}
    </Modal>
  );
}

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

function startOf(rule: AssignmentRule | null) {
  const when = rule?.when;
  const hours = when?.hours ?? [];
  return {
    rule_id: rule?.rule_id ?? newKey(),
    name: rule?.name ?? "",
    active: rule?.active ?? true,
    sources: (when?.sources ?? []).join(", "),
    campaigns: [...(when?.campaign_ids ?? [])],
    states: (when?.states ?? []).join(", "),
    postal: (when?.postal_codes ?? []).join(", "),
    lines: [...(when?.lines ?? [])] as LineOfBusiness[],
    languages: (when?.languages ?? []).join(", "),
    least: String(when?.least_score ?? ""),
    most: String(when?.most_score ?? ""),
    days: [...new Set(hours.map(({ weekday }) => weekday))],
    start: hours[0]?.start ?? "09:00",
    end: hours[0]?.end ?? "17:00",
    team: rule?.team_id ?? "",
    seats: (rule?.seats ?? []).map((seat) => ({
      user_id: seat.user_id,
      weight: String(seat.weight ?? 1),
      day: String(seat.most_a_day ?? ""),
      open: String(seat.most_open ?? ""),
    })),
    by: rule?.by ?? ("turns" as NonNullable<RuleSaid["by"]>),
    day: String(rule?.most_a_day ?? ""),
    open: String(rule?.most_open ?? ""),
    licensed: rule?.licensed ?? false,
    speaks: rule?.speaks ?? false,
    atWork: rule?.at_work ?? true,
    next: rule?.otherwise === "next",
    minutes: String(rule?.answer_minutes ?? ""),
    goesOn: rule?.unanswered === "reroute",
    escalates: rule?.escalate ?? false,
    keepsAway: rule?.when_away === "keep",
  };
}

type Wanted = ReturnType<typeof startOf>;

const listed = (text: string) =>
  text
    .split(/[,\n]/)
    .map((each) => each.trim())
    .filter(Boolean);
const count = (text: string) => (text.trim() === "" ? null : Number(text));

function ruleOf(wanted: Wanted): AssignmentRule {
  return {
    rule_id: wanted.rule_id,
    name: wanted.name.trim(),
    active: wanted.active,
    when: {
      sources: listed(wanted.sources),
      campaign_ids: wanted.campaigns,
      states: listed(wanted.states.toUpperCase()),
      postal_codes: listed(wanted.postal),
      lines: wanted.lines,
      languages: listed(wanted.languages),
      least_score: count(wanted.least),
      most_score: count(wanted.most),
      hours: wanted.days.toSorted().map((weekday) => ({ weekday, start: wanted.start, end: wanted.end })),
    },
    team_id: wanted.team || null,
    seats: wanted.seats.map((seat) => ({
      user_id: seat.user_id,
      weight: Number(seat.weight || 1),
      most_a_day: count(seat.day),
      most_open: count(seat.open),
    })),
    by: wanted.by,
    most_a_day: count(wanted.day),
    most_open: count(wanted.open),
    licensed: wanted.licensed,
    speaks: wanted.speaks,
    at_work: wanted.atWork,
    otherwise: wanted.next ? "next" : "wait",
    answer_minutes: count(wanted.minutes),
    unanswered: wanted.goesOn ? "reroute" : "tell",
    escalate: wanted.escalates,
    when_away: wanted.keepsAway ? "keep" : "reroute",
  };
}

type FormProps = Omit<RuleEditorProps, "edited"> & { rule: AssignmentRule | null };

function Form({ rule, place, saving, error, save, close }: FormProps) {
  const [wanted, setWanted] = useState(() => startOf(rule));
  const names = useNames();
  const teams = useTeams();
  const change = (more: Partial<Wanted>) => setWanted((now) => ({ ...now, ...more }));
  const text = (name: keyof Wanted) => ({
    value: wanted[name] as string,
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
  });
  const box = (name: keyof Wanted) => ({
    checked: wanted[name] as boolean,
    onChange: (event: { currentTarget: { checked: boolean } }) =>
      change({ [name]: event.currentTarget.checked }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save(ruleOf(wanted));
  };
  const wrong = (field: string) => errorOf(error, `/rules/${place}/${field}`);
  return (
    <form className={form.form} onSubmit={submit}>
      <Wrong
        error={error}
        fields={["name", "team_id", "when/most_score"].map((field) => `/rules/${place}/${field}`)}
      />
      <p className={styles.words} aria-live="polite">
        {ruleInWords(ruleOf(wanted), names)}
      </p>
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        maxLength={200}
        {...text("name")}
        error={wrong("name")}
      />
      <Checkbox label="It is used" {...box("active")} />
      <When wanted={wanted} change={change} text={text} wrong={wrong} />
      <fieldset className={source.group}>
        <legend>Who gets them</legend>
        <div className={form.pair}>
          <NativeSelect
            label="Pool of the team"
            data={[
              { value: "", label: "No team" },
              ...teams.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            {...text("team")}
            error={wrong("team_id")}
          />
          <NativeSelect
            label="How"
            data={[
              { value: "turns", label: "In turns, by weight" },
              { value: "load", label: "To whoever has the fewest open leads" },
              { value: "claim", label: "To whoever claims them from the pool" },
            ]}
            value={wanted.by}
            onChange={(event) => change({ by: event.currentTarget.value as Wanted["by"] })}
          />
          <Count label="At most a day each" {...text("day")} />
          <Count label="At most open at once each" {...text("open")} />
        </div>
        <Seats wanted={wanted} change={change} />
        <Checkbox label="Only to who is licensed in the lead's state, for its line" {...box("licensed")} />
        <Checkbox label="Only to who speaks the lead's language" {...box("speaks")} />
        <Checkbox label="Only within working hours, and not while away" {...box("atWork")} />
        <Checkbox label="If nobody can take one, ask the next rule" {...box("next")} />
      </fieldset>
      <fieldset className={source.group}>
        <legend>Afterwards</legend>
        <Count label="Somebody has to be in touch within minutes" least={1} {...text("minutes")} />
        <Checkbox
          label="Else it goes to who leads the team"
          disabled={wanted.minutes.trim() === ""}
          {...box("escalates")}
        />
        <Checkbox
          label={
            wanted.escalates
              ? "Or, if they cannot take it, to somebody else"
              : "Else it goes on to somebody else"
          }
          disabled={wanted.minutes.trim() === ""}
          {...box("goesOn")}
        />
        <Checkbox label="Leads of who goes away stay with them, touched or not" {...box("keepsAway")} />
      </fieldset>
      <FormActions close={close}>
        <Button type="submit" loading={saving}>
          Keep in the draft
        </Button>
      </FormActions>
    </form>
  );
}

type Change = (more: Partial<Wanted>) => void;
type Text = (name: keyof Wanted) => {
  value: string;
  onChange: (event: { currentTarget: { value: string } }) => void;
};

interface WhenProps {
  wanted: Wanted;
  change: Change;
  text: Text;
  wrong: (field: string) => string | null;
}

function When({ wanted, change, text, wrong }: WhenProps) {
  const campaigns = useCampaigns();
  return (
    <fieldset className={source.group}>
      <legend>For which leads</legend>
      <p className={source.understood}>
        What is left empty does not matter. Several are separated by commas.
      </p>
      <div className={form.pair}>
        <TextInput label="Sources" {...text("sources")} />
        <NativeSelect
          label="Campaign"
          data={[
            { value: "", label: "Any" },
            ...campaigns.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={wanted.campaigns[0] ?? ""}
          onChange={({ currentTarget: { value } }) => change({ campaigns: value ? [value] : [] })}
        />
        <TextInput label="States" placeholder="TX, OK" {...text("states")} />
        <TextInput label="ZIP codes that begin with" placeholder="787, 78610" {...text("postal")} />
        <TextInput label="Languages, as codes" placeholder="es, vi" {...text("languages")} />
      </div>
      <div className={form.pair}>
        <Count label="Score at least" most={100} {...text("least")} />
        <Count label="Score at most" most={100} {...text("most")} error={wrong("when/most_score")} />
      </div>
      {(wanted.least !== "" || wanted.most !== "") && (
        <p className={source.understood}>
          A lead that has no score yet is not among these. It is looked at again as soon as it has one; a
          later rule that asks for no score takes it before.
        </p>
      )}
      <Boxes
        label="Lines of business"
        values={linesOfBusiness.map((line) => ({ value: line, label: words(line) }))}
        chosen={wanted.lines}
        choose={(lines) => change({ lines })}
      />
      <Boxes
        label="On these days only"
        values={WEEKDAYS.map((label, value) => ({ value, label }))}
        chosen={wanted.days}
        choose={(days) => change({ days })}
      />
      {wanted.days.length > 0 && (
        <div className={form.pair}>
          <TextInput label="From" type="time" required withAsterisk={false} {...text("start")} />
          <TextInput label="Until" type="time" required withAsterisk={false} {...text("end")} />
        </div>
      )}
    </fieldset>
  );
}

interface BoxesProps<T> {
  label: string;
  values: readonly { value: T; label: string }[];
  chosen: readonly T[];
  choose: (chosen: T[]) => void;
}

function Boxes<T extends string | number>({ label, values, chosen, choose }: BoxesProps<T>) {
  const id = useId();
  return (
    <div role="group" aria-labelledby={id}>
      <p id={id} className={styles.of}>
        {label}
      </p>
      <div className={source.boxes}>
        {values.map((each) => (
          <Checkbox
            key={each.value}
            label={each.label}
            checked={chosen.includes(each.value)}
            onChange={({ currentTarget: { checked } }) =>
              choose(checked ? [...chosen, each.value] : chosen.filter((value) => value !== each.value))
            }
          />
        ))}
      </div>
    </div>
  );
}

function Seats({ wanted, change }: { wanted: Wanted; change: Change }) {
  const users = useUsers();
  const { user } = useNames();
  const away = useAwayNow();
  const free = users.filter(({ id }) => !wanted.seats.some(({ user_id }) => user_id === id));
  const set = (place: number, more: Partial<Wanted["seats"][number]>) =>
    change({ seats: wanted.seats.map((seat, each) => (each === place ? { ...seat, ...more } : seat)) });
  return (
    <>
      {wanted.seats.map((seat, place) => (
        <div key={seat.user_id} className={styles.seat} role="group" aria-label={user(seat.user_id)}>
          <p>
            {user(seat.user_id)}
            {away.has(seat.user_id) && <small> away now</small>}
          </p>
          <Count
            label="Weight"
            least={1}
            most={100}
            value={seat.weight}
            onChange={(e) => set(place, { weight: e.currentTarget.value })}
          />
          <Count
            label="A day"
            value={seat.day}
            onChange={(e) => set(place, { day: e.currentTarget.value })}
          />
          <Count
            label="Open"
            value={seat.open}
            onChange={(e) => set(place, { open: e.currentTarget.value })}
          />
          <ActionIcon
            variant="default"
            size={36}
            aria-label={`Leave ${user(seat.user_id)} out`}
            onClick={() => change({ seats: wanted.seats.filter((_, each) => each !== place) })}
          >
            <IconX size={16} aria-hidden="true" />
          </ActionIcon>
        </div>
      ))}
      <NativeSelect
        label="Name somebody besides, or say more of one of the team"
        value=""
        data={[
          { value: "", label: "Choose a colleague" },
          ...free.map(({ id, name }) => ({ value: id, label: away.has(id) ? `${name}, away now` : name })),
        ]}
        onChange={({ currentTarget: { value } }) =>
          value && change({ seats: [...wanted.seats, { user_id: value, weight: "1", day: "", open: "" }] })
        }
      />
    </>
  );
}

interface CountProps {
  label: string;
  value: string;
  least?: number;
  most?: number;
  error?: string | null;
  onChange: (event: { currentTarget: { value: string } }) => void;
}

function Count({ least = 0, most = 10_000, ...rest }: CountProps) {
  return <TextInput type="number" inputMode="numeric" min={least} max={most} step={1} {...rest} />;
}
