import { Button, Checkbox, NumberInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { DuplicateRules, DuplicateRulesPreview } from "../../api/schema";
import settings from "../../settings/Settings.module.css";
import { Wrong } from "../../ui/Form";
import { Card } from "../../ui/Page";
import { said } from "../../ui/toast";
import styles from "./Rules.module.css";
import { useChangeDuplicateRules, usePreviewDuplicateRules } from "./rules";
import { AT_ONCE, COMPARED, IN_FILES, LEAST_ALIKE, NAMES_APART } from "./words";

/** What counts as they come in, in a file, and afterwards; tried on the leads that came last before it is in force. */
export function RulesForm({ rules, etag }: { rules: DuplicateRules; etag: string | null }) {
  const [draft, setDraft] = useState(rules);
  const changing = useChangeDuplicateRules();
  const trying = usePreviewDuplicateRules();
  const changed = JSON.stringify(draft) !== JSON.stringify(rules);
  const put = (next: Partial<DuplicateRules>) => {
    trying.reset();
    setDraft((before) => ({ ...before, ...next }));
  };
  const save = () =>
    changing.mutate({ etag, body: draft }, { onSuccess: () => said("The rules are in force") });
  return (
    <>
      <Card title="As they come in">
        <Boxes
          legend="Whoever comes in is a lead already with"
          names={AT_ONCE}
          chosen={draft.at_once}
          choose={(at_once) => put({ at_once })}
        >
          Then they ask once more, and no second lead is made. By hand, whoever enters them is asked.
        </Boxes>
        <Checkbox
          label={NAMES_APART}
          description="Someone else, as they come in and in files. Both are suggested as one household."
          checked={draft.households_apart}
          onChange={({ currentTarget }) => put({ households_apart: currentTarget.checked })}
        />
      </Card>
      <Card title="In a file">
        <Boxes
          legend="A row is about a lead that is there with"
          names={IN_FILES}
          chosen={draft.in_files}
          choose={(in_files) => put({ in_files })}
        >
          What becomes of such a row is chosen for each import, and so can these be.
        </Boxes>
      </Card>
      <Card title="For you to look at">
        <Boxes
          legend="Two leads are put under Duplicates for"
          names={COMPARED}
          chosen={COMPARED_NAMES.filter((name) => draft[name])}
          choose={(on) => put(Object.fromEntries(COMPARED_NAMES.map((name) => [name, on.includes(name)])))}
        >
          Nothing is done to them until somebody merges them, or says that they are two.
        </Boxes>
        <NumberInput
          className={styles.alike}
          label="How much alike names and streets must be"
          description="60 takes Jonathan for Jonathon; 80 forgives a letter of a long name"
          suffix=" %"
          min={100 * LEAST_ALIKE}
          max={100}
          step={5}
          allowDecimal={false}
          value={Math.round(100 * draft.alike)}
          onChange={(percent) =>
            typeof percent === "number" && put({ alike: Math.min(1, Math.max(LEAST_ALIKE, percent / 100)) })
          }
        />
      </Card>
      <Card title="Try and save">
        <p className={settings.words}>
          Trying changes nothing: it looks at the leads that came last. Where pairs are found by other rules,
          all leads are looked at once more when they are saved.
        </p>
        <Wrong error={trying.error ?? changing.error} />
        <div className={styles.acts}>
          <Button variant="default" loading={trying.isPending} onClick={() => trying.mutate(draft)}>
            Try these rules
          </Button>
          <Button disabled={!changed} loading={changing.isPending} onClick={save}>
            Save
          </Button>
          {changed && (
            <Button variant="subtle" onClick={() => put(rules)}>
              As they were
            </Button>
          )}
        </div>
        <div role="status">{trying.data && <p>{found(trying.data)}</p>}</div>
      </Card>
    </>
  );
}

const COMPARED_NAMES = Object.keys(COMPARED) as (keyof typeof COMPARED)[];

const pairs = (count: number) => (count === 1 ? "1 pair" : `${count} pairs`);

function found({ leads, now, then }: DuplicateRulesPreview): string {
  if (leads === 0) return "There is no lead to try them on.";
  const looked = leads === 1 ? "The one lead that is there is" : `The ${leads} leads that came last are`;
  return `${looked} in ${pairs(then)} by these rules, and in ${pairs(now)} by those in force.`;
}

interface BoxesProps<Name extends string> {
  legend: string;
  names: Readonly<Record<Name, string>>;
  chosen: readonly Name[];
  choose: (names: Name[]) => void;
  /** What follows from it. */
  children: ReactNode;
}

function Boxes<Name extends string>({ legend, names, chosen, choose, children }: BoxesProps<Name>) {
  return (
    <fieldset className={styles.boxes}>
      <legend>{legend}</legend>
      {(Object.keys(names) as Name[]).map((name, _, all) => (
        <Checkbox
          key={name}
          label={names[name]}
          checked={chosen.includes(name)}
          onChange={() => choose(all.filter((each) => chosen.includes(each) !== (each === name)))}
        />
      ))}
      <p className={settings.words}>{children}</p>
    </fieldset>
  );
}
