import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { ApiProblem } from "../api/problem";
import type { Campaign, Import, PlanImport } from "../api/schema";
import { ChooseCampaign } from "../directory/ChooseCampaign";
import { useCampaigns, useTeams, useUsers } from "../directory/queries";
import { duplicateRules } from "../leads/duplicates/rules";
import { IN_FILES, NAMES_APART } from "../leads/duplicates/words";
import { useMe } from "../session/session";
import form from "../ui/Form.module.css";
import { Card } from "../ui/Page";
import { Columns } from "./Columns";
import { DUPLICATES, type Duplicates, type Mapping, type MatchBy, readAs, rowsInWords } from "./fields";
import styles from "./Imports.module.css";
import { importById, planAndCheck } from "./queries";

const TELLING: ReadonlySet<string> = new Set(["name", "given_name", "family_name", "email", "phone"]);

interface Options {
  /** Null, as the next: as the agency's rules have it. */
  matchBy: MatchBy[] | null;
  household: boolean | null;
  duplicates: Duplicates;
  campaign: string;
  source: string;
  owner: string;
  team: string;
  /** Null until somebody chose: it is never chosen for them. */
  automations: boolean | null;
}

/** The second step: what the columns hold, and how their rows are taken in. */
export function PlanStep({
  found,
  checked,
  another,
}: {
  found: Import;
  checked: () => void;
  another: () => void;
}) {
  const queries = useQueryClient();
  const campaigns = useCampaigns();
  const [mapping, setMapping] = useState<Mapping>({});
  const [options, setOptions] = useState(() => optionsOf(found));
  const [missing, setMissing] = useState(false);
  const choice = useRef<HTMLInputElement>(null);
  const telling = found.columns.some(({ header, field }) =>
    TELLING.has((header in mapping ? mapping[header] : field) ?? ""),
  );
  const checking = useMutation({
    mutationFn: (plan: PlanImport) => planAndCheck(found.id, plan),
    onSuccess: (now) => {
      queries.setQueryData(importById(found.id).queryKey, now);
      void queries.invalidateQueries({ queryKey: ["imports", "list"] });
      checked();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(options.automations === null);
    if (options.automations === null) choice.current?.focus();
    else checking.mutate(planOf(mapping, options, options.automations));
  };
  const { error } = checking;
  return (
    <form className={styles.step} onSubmit={submit} noValidate>
      <Card title="What the columns hold">
        <p className={styles.hint}>
          {found.filename}: {rowsInWords(found.rows_total ?? 0)}, read as {readAs(found)}.
        </p>
        {!telling && (
          <p className={styles.problem} role="alert">
            Choose the column with names, email addresses or telephone numbers; the others can follow.
          </p>
        )}
        <Columns
          columns={found.columns}
          chosen={mapping}
          change={(header, field) => setMapping({ ...mapping, [header]: field })}
        />
      </Card>
      <Card title="Who is a lead already">
        <Known options={options} set={(some) => setOptions({ ...options, ...some })} />
      </Card>
      <Card title="What its leads have in common">
        <Common
          options={options}
          set={(some) => setOptions(withCampaign({ ...options, ...some }, options, campaigns))}
        />
      </Card>
      <Card title="Automations">
        <fieldset className={styles.choice} aria-describedby={missing ? "automations-missing" : undefined}>
          <legend>
            May what is automatic follow from these rows, as from leads that come in one by one?
          </legend>
          {[
            { value: false, words: "No, they come in quietly" },
            { value: true, words: "Yes, run automations on them" },
          ].map(({ value, words }, place) => (
            <label key={words}>
              <input
                ref={place === 0 ? choice : undefined}
                type="radio"
                name="automations"
                required
                checked={options.automations === value}
                onChange={() => {
                  setOptions({ ...options, automations: value });
                  setMissing(false);
                }}
              />
              {words}
            </label>
          ))}
        </fieldset>
        {missing && (
          <p className={styles.problem} role="alert" id="automations-missing">
            Choose one of the two.
          </p>
        )}
      </Card>
      {error && (
        <p className={styles.problem} role="alert">
          {error instanceof ApiProblem ? error.message : "Something went wrong. Please try again."}
        </p>
      )}
      <div className={styles.onwards}>
        <Button type="submit" size="md" loading={checking.isPending} disabled={!telling}>
          Check the file
        </Button>
        <Button size="md" variant="subtle" onClick={another}>
          Another file
        </Button>
        <p>No lead is written by that.</p>
      </div>
    </form>
  );
}

interface PartProps {
  options: Options;
  set: (some: Partial<Options>) => void;
}

function Known({ options, set }: PartProps) {
  const rules = useQuery(duplicateRules).data?.data;
  const matchBy = options.matchBy ?? rules?.in_files ?? [];
  const household = options.household ?? rules?.households_apart ?? false;
  const chosen = options.matchBy !== null || options.household !== null;
  const toggle = (which: MatchBy) =>
    (Object.keys(IN_FILES) as MatchBy[]).filter((each) => matchBy.includes(each) !== (each === which));
  return (
    <div className={form.form}>
      <fieldset className={styles.choice} disabled={rules === undefined && !chosen}>
        <legend>Somebody is known again by</legend>
        {(Object.keys(IN_FILES) as MatchBy[]).map((each) => (
          <Checkbox
            key={each}
            label={IN_FILES[each]}
            checked={matchBy.includes(each)}
            onChange={() => set({ matchBy: toggle(each) })}
          />
        ))}
        <Checkbox label={NAMES_APART} checked={household} onChange={() => set({ household: !household })} />
        <p className={styles.hint}>
          {chosen
            ? "Chosen for this file."
            : "As your agency’s rules have it; choose otherwise for this file."}{" "}
          {chosen && (
            <Button
              variant="subtle"
              size="compact-sm"
              onClick={() => set({ matchBy: null, household: null })}
            >
              As the rules have it
            </Button>
          )}
        </p>
      </fieldset>
      <NativeSelect
        label="Of who is a lead already"
        value={options.duplicates}
        onChange={({ currentTarget }) => set({ duplicates: currentTarget.value as Duplicates })}
        data={Object.entries(DUPLICATES).map(([value, label]) => ({ value, label }))}
      />
    </div>
  );
}

function Common({ options, set }: PartProps) {
  const { user } = useMe();
  const users = useUsers();
  const teams = useTeams();
  const change = (name: keyof Options) => (event: { currentTarget: { value: string } }) =>
    set({ [name]: event.currentTarget.value });
  return (
    <div className={form.form}>
      <div className={form.pair}>
        <ChooseCampaign value={options.campaign} choose={(campaign) => set({ campaign })} />
        <TextInput
          label="Source"
          description="Where a row names none itself"
          inputWrapperOrder={["label", "input", "description", "error"]}
          placeholder="import"
          maxLength={200}
          value={options.source}
          onChange={change("source")}
        />
      </div>
      <div className={form.pair}>
        <NativeSelect
          label="Owner"
          value={options.owner}
          onChange={change("owner")}
          data={[
            { value: "", label: "Nobody: in the pool" },
            { value: user.id, label: "Me" },
            ...users.filter(({ id }) => id !== user.id).map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
        <NativeSelect
          label="Team"
          value={options.team}
          onChange={change("team")}
          data={[{ value: "", label: "None" }, ...teams.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      </div>
    </div>
  );
}

function optionsOf({ plan }: Import): Options {
  return {
    matchBy: plan?.match_by ?? null,
    household: plan?.household ?? null,
    duplicates: plan?.duplicates ?? "skip",
    campaign: plan?.campaign_id ?? "",
    source: plan?.source === "import" ? "" : (plan?.source ?? ""),
    owner: plan?.owner_id ?? "",
    team: plan?.team_id ?? "",
    automations: plan?.run_automations ?? null,
  };
}

/** What is sent of what was chosen. */
export function planOf(mapping: Mapping, options: Options, automations: boolean): PlanImport {
  return {
    mapping,
    match_by: options.matchBy,
    household: options.household,
    duplicates: options.duplicates,
    source: options.source.trim() || "import",
    campaign_id: options.campaign || null,
    owner_id: options.owner || null,
    team_id: options.team || null,
    run_automations: automations,
  };
}

/** The options after another campaign was chosen: its source stands for the rows, unless one was typed. */
export function withCampaign(options: Options, before: Options, campaigns: readonly Campaign[]): Options {
  if (options.campaign === before.campaign) return options;
  const sourceOf = (id: string) => campaigns.find((each) => each.id === id)?.source ?? "";
  return options.source === "" || options.source === sourceOf(before.campaign)
    ? { ...options, source: sourceOf(options.campaign) }
    : options;
}
