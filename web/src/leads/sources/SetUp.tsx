import { Button, Checkbox, Modal, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { newKey } from "../../api/client";
import type { LeadSource, LeadSourceWithAddress, SetUpLeadSource } from "../../api/schema";
import { ChooseCampaign } from "../../directory/ChooseCampaign";
import { useTeams, useUsers } from "../../directory/queries";
import settings from "../../settings/Settings.module.css";
import { errorBeside, errorOf } from "../../ui/errors";
import form from "../../ui/Form.module.css";
import { words } from "../../ui/format";
import { Card } from "../../ui/Page";
import { linesOfBusiness } from "../lines";
import { useChangeSource, useReaddress } from "./queries";
import { ShowAddress } from "./ShowAddress";
import styles from "./Sources.module.css";
import { listed, minorOf, written } from "./words";

const POINTERS = ["/name", "/campaign_id", "/owner_id", "/team_id", "/senders"];

/** What a source is called, where its leads go at first, what they cost; how its sender is answered, and by which rule pings are. */
export function SetUp({ source }: { source: LeadSource }) {
  return (
    <>
      <Card title="Set-up">
        <Form source={source} />
      </Card>
      {source.kind !== "form" && (
        <Card title="Address">
          <Readdress source={source} />
        </Card>
      )}
    </>
  );
}

function startOf(source: LeadSource) {
  const { bidding } = source;
  return {
    name: source.name,
    active: source.active,
    campaign: source.campaign_id ?? "",
    owner: source.owner_id ?? "",
    team: source.team_id ?? "",
    cost: written(source.cost),
    line: source.line_of_business ?? "",
    answers: source.answers,
    bids: bidding !== null,
    price: written(bidding?.price),
    states: (bidding?.states ?? []).join(", "),
    lines: [...(bidding?.lines ?? [])] as string[],
    most: String(bidding?.most_a_day ?? ""),
    senders: source.senders.join("\n"),
  };
}

type Wanted = ReturnType<typeof startOf>;

function bodyOf(wanted: Wanted, currency: string): Partial<SetUpLeadSource> {
  const cost = minorOf(wanted.cost);
  return {
    name: wanted.name,
    active: wanted.active,
    campaign_id: wanted.campaign || null,
    owner_id: wanted.owner || null,
    team_id: wanted.team || null,
    cost: cost === null ? null : { minor: cost, currency },
    line_of_business: wanted.line || null,
    answers: wanted.answers,
    senders: listed(wanted.senders),
    bidding: wanted.bids
      ? {
          price: { minor: minorOf(wanted.price) ?? 0, currency },
          states: listed(wanted.states.toUpperCase()),
          lines: wanted.lines,
          most_a_day: wanted.most.trim() ? Number(wanted.most) : null,
        }
      : null,
  } as Partial<SetUpLeadSource>;
}

function Form({ source }: { source: LeadSource }) {
  const [wanted, setWanted] = useState(() => startOf(source));
  const users = useUsers();
  const teams = useTeams();
  const saving = useChangeSource();
  const { error } = saving;
  const change = (more: Partial<Wanted>) => setWanted((now) => ({ ...now, ...more }));
  const noCost = wanted.cost.trim() !== "" && minorOf(wanted.cost) === null;
  const noPrice = wanted.bids && minorOf(wanted.price) === null;
  const noMost = wanted.bids && !/^\s*([1-9]\d{0,5})?\s*$/.test(wanted.most);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (noCost || noPrice || noMost) return;
    saving.mutate({ source, more: bodyOf(wanted, source.cost?.currency ?? "USD") });
  };
  const wrong = errorBeside(error, POINTERS);
  return (
    <form className={form.form} onSubmit={submit}>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <Checkbox
        label="It is on"
        description="What comes while it is off is kept, and can be captured later."
        checked={wanted.active}
        onChange={(event) => change({ active: event.currentTarget.checked })}
      />
      <div className={form.pair}>
        <TextInput
          label="Name"
          required
          withAsterisk={false}
          maxLength={200}
          value={wanted.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={errorOf(error, "/name")}
        />
        <ChooseCampaign
          value={wanted.campaign}
          choose={(campaign) => change({ campaign })}
          error={errorOf(error, "/campaign_id")}
        />
        <NativeSelect
          label="Its leads are first of"
          data={[
            { value: "", label: "Nobody: the pool" },
            ...users.filter(({ active }) => active).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={wanted.owner}
          onChange={(event) => change({ owner: event.currentTarget.value })}
          error={errorOf(error, "/owner_id")}
        />
        <NativeSelect
          label="Team"
          data={[
            { value: "", label: "None: the agency’s pool" },
            ...teams.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={wanted.team}
          onChange={(event) => change({ team: event.currentTarget.value })}
          error={errorOf(error, "/team_id")}
        />
        <TextInput
          label="Cost of a lead"
          description="Where neither a bid nor the sender says otherwise."
          inputMode="decimal"
          placeholder="0.00"
          value={wanted.cost}
          onChange={(event) => change({ cost: event.currentTarget.value })}
          error={noCost ? "Write it as 12.50" : null}
        />
        <NativeSelect
          label="Line of business"
          description="Of leads that say none."
          data={[
            { value: "", label: "Not said" },
            ...linesOfBusiness.map((line) => ({ value: line, label: words(line) })),
          ]}
          value={wanted.line}
          onChange={(event) => change({ line: event.currentTarget.value as Wanted["line"] })}
        />
      </div>
      {source.kind === "mail" && (
        <Textarea
          label="Allowed senders"
          description="Domains or addresses, one a line; none: everybody. Mail of others is kept, and not read."
          placeholder="quotehub.example"
          rows={3}
          resize="vertical"
          spellCheck={false}
          value={wanted.senders}
          onChange={(event) => change({ senders: event.currentTarget.value })}
          error={errorOf(error, "/senders")}
        />
      )}
      {(source.kind === "vendor" || source.kind === "api") && (
        <AnswerFields wanted={wanted} change={change} />
      )}
      {source.kind === "vendor" && (
        <fieldset className={styles.group}>
          <legend>Pings</legend>
          <Checkbox
            label="Pings are bid on"
            description="Before it posts a lead the vendor asks whether it is wanted, and for how much."
            checked={wanted.bids}
            onChange={(event) => change({ bids: event.currentTarget.checked })}
          />
          {wanted.bids && (
            <>
              <div className={form.pair}>
                <TextInput
                  label="Price of a lead"
                  inputMode="decimal"
                  value={wanted.price}
                  onChange={(event) => change({ price: event.currentTarget.value })}
                  error={noPrice ? "Write it as 12.50" : null}
                />
                <TextInput
                  label="Most in any 24 hours"
                  inputMode="numeric"
                  placeholder="No limit"
                  value={wanted.most}
                  onChange={(event) => change({ most: event.currentTarget.value })}
                  error={noMost ? "Write a whole number" : null}
                />
              </div>
              <TextInput
                label="States"
                description="By their two letters, with commas between them; none: all."
                value={wanted.states}
                onChange={(event) => change({ states: event.currentTarget.value })}
              />
              <fieldset className={styles.group}>
                <legend>Lines of business; none: all</legend>
                <div className={styles.boxes}>
                  {linesOfBusiness.map((line) => (
                    <Checkbox
                      key={line}
                      label={words(line)}
                      checked={wanted.lines.includes(line)}
                      onChange={(event) =>
                        change({
                          lines: linesOfBusiness.filter((each) =>
                            each === line ? event.currentTarget.checked : wanted.lines.includes(each),
                          ),
                        })
                      }
                    />
                  ))}
                </div>
              </fieldset>
            </>
          )}
        </fieldset>
      )}
      <div className={form.actions}>
        <Button type="submit" loading={saving.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

const ANSWER_WORDS = {
  accepted: "Word for accepted",
  rejected: "Word for rejected",
  status_field: "Field of the word",
  id_field: "Field of our id",
  price_field: "Field of the price",
  reason_field: "Field of the reason",
} as const;

function AnswerFields({ wanted, change }: { wanted: Wanted; change: (more: Partial<Wanted>) => void }) {
  const { answers } = wanted;
  const say = (more: Partial<Wanted["answers"]>) => change({ answers: { ...answers, ...more } });
  return (
    <fieldset className={styles.group}>
      <legend>What the sender is answered</legend>
      <div className={form.pair}>
        <NativeSelect
          label="Form of the answer"
          data={[
            { value: "json", label: "JSON" },
            { value: "xml", label: "XML" },
          ]}
          value={answers.format}
          onChange={(event) => say({ format: event.currentTarget.value })}
        />
        {answers.format === "xml" && (
          <TextInput
            label="Root element"
            required
            withAsterisk={false}
            value={answers.root}
            onChange={(event) => say({ root: event.currentTarget.value })}
          />
        )}
        {Object.entries(ANSWER_WORDS).map(([name, label]) => (
          <TextInput
            key={name}
            label={label}
            required
            withAsterisk={false}
            maxLength={100}
            value={answers[name as keyof typeof ANSWER_WORDS]}
            onChange={(event) => say({ [name]: event.currentTarget.value })}
          />
        ))}
      </div>
    </fieldset>
  );
}

function Readdress({ source }: { source: LeadSource }) {
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState<LeadSourceWithAddress | null>(null);
  return (
    <div className={styles.pane}>
      <p className={settings.words}>
        The address was shown when the source was made. If it is lost, or known to somebody who should not
        know it, make another one.
      </p>
      <div>
        <Button variant="default" onClick={() => setAsking(true)}>
          New address…
        </Button>
      </div>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={`A new address for ${source.name}?`}
        size={480}
      >
        {asking && (
          <Asked
            source={source}
            close={() => setAsking(false)}
            made={(made) => {
              setAsking(false);
              setShown(made);
            }}
          />
        )}
      </Modal>
      <ShowAddress shown={shown} close={() => setShown(null)} />
    </div>
  );
}

interface AskedProps {
  source: LeadSource;
  close: () => void;
  made: (source: LeadSourceWithAddress) => void;
}

function Asked({ source, close, made }: AskedProps) {
  const readdressing = useReaddress();
  // Pressed twice, it is one new address.
  const [key] = useState(newKey);
  const wrong = errorBeside(readdressing.error, []);
  return (
    <div className={form.form}>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <p>What is sent to the present one is refused from then on: tell the sender at once.</p>
      <div className={form.actions}>
        <Button variant="default" data-autofocus onClick={close}>
          Cancel
        </Button>
        <Button
          loading={readdressing.isPending}
          onClick={() => readdressing.mutate({ id: source.id, key }, { onSuccess: made })}
        >
          Make a new address
        </Button>
      </div>
    </div>
  );
}
