import { Button } from "@mantine/core";
import { IconBuilding, IconPlus, IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Branch, Team, User } from "../../api/schema";
import { useCommands } from "../../commands/registry";
import { useMayAdminister } from "../../session/session";
import { Card } from "../../ui/Page";
import { Sign } from "../../ui/Sign";
import { Failed, Lines, Stale } from "../../ui/states";
import { failed } from "../../ui/toast";
import { ChangeTeam } from "./ChangeTeam";
import { NameBranch } from "./NameBranch";
import { byBranch, membersOf } from "./teams";
import { branches, people, teams } from "../queries";
import { useCloseBranch } from "./queries";
import styles from "../Settings.module.css";

/** What is changed: a team or branch that is there, or a new one. */
type Opened = { team: Team | null; branch_id: string | null } | null;

/** The agency's teams, under the branches they belong to. */
export function Teams() {
  const mayAdminister = useMayAdminister();
  const asked = [useQuery(teams), useQuery(branches), useQuery(people)] as const;
  const [{ data: known }, { data: places }, { data: everybody }] = asked;
  const error = asked.find((each) => each.error)?.error ?? null;
  const askAgain = () => void Promise.all(asked.map((each) => each.refetch()));
  const [team, setTeam] = useState<Opened>(null);
  const [branch, setBranch] = useState<{ branch: Branch | null } | null>(null);
  useCommands(
    useMemo(
      () =>
        mayAdminister
          ? [
              {
                id: "new team",
                title: "Form a team",
                group: "Teams",
                keys: "c",
                run: () => setTeam({ team: null, branch_id: null }),
              },
              {
                id: "new branch",
                title: "Open a branch",
                group: "Teams",
                keys: "b",
                run: () => setBranch({ branch: null }),
              },
            ]
          : [],
      [mayAdminister, setBranch, setTeam],
    ),
  );
  if (!known || !places || !everybody) {
    return error ? (
      <Failed error={error} retry={askAgain} what="list" />
    ) : (
      <Lines count={6} label="Loading teams" />
    );
  }
  return (
    <>
      {error && <Stale error={error} retry={askAgain} />}
      <div className={styles.tools}>
        <p className={styles.words}>Who leads a team is one of its people.</p>
        {mayAdminister && (
          <div className={styles.acts}>
            <Button
              variant="default"
              leftSection={<IconBuilding size={17} />}
              onClick={() => setBranch({ branch: null })}
            >
              Open a branch
            </Button>
            <Button
              leftSection={<IconPlus size={17} />}
              onClick={() => setTeam({ team: null, branch_id: null })}
            >
              Form a team
            </Button>
          </div>
        )}
      </div>
      {byBranch(places, known).map(([place, its]) => (
        <Card
          key={place?.id ?? "none"}
          title={place?.name ?? (places.length > 0 ? "In no branch" : "Teams")}
          actions={
            place && mayAdminister ? (
              <BranchActs
                branch={place}
                empty={its.length === 0}
                rename={() => setBranch({ branch: place })}
              />
            ) : undefined
          }
        >
          {its.length === 0 ? (
            <p className={styles.words}>
              {place ? "No team belongs to it yet." : "There are no teams yet."}
              {mayAdminister && " Form one, and put people into it under People."}
            </p>
          ) : (
            <ul className={styles.entries} aria-label={`Teams: ${place?.name ?? "in no branch"}`}>
              {its.map((each) => (
                <Line
                  key={each.id}
                  team={each}
                  people={everybody}
                  change={mayAdminister ? () => setTeam({ team: each, branch_id: each.branch_id }) : null}
                />
              ))}
            </ul>
          )}
        </Card>
      ))}
      <ChangeTeam
        opened={team}
        branches={places}
        people={everybody}
        teams={known}
        close={() => setTeam(null)}
      />
      <NameBranch opened={branch} close={() => setBranch(null)} />
    </>
  );
}

function BranchActs({ branch, empty, rename }: { branch: Branch; empty: boolean; rename: () => void }) {
  const closing = useCloseBranch();
  return (
    <div className={styles.acts}>
      <Button variant="default" size="compact-md" onClick={rename} aria-label={`Rename ${branch.name}`}>
        Rename
      </Button>
      {empty && (
        <Button
          variant="default"
          size="compact-md"
          loading={closing.isPending}
          onClick={() =>
            closing.mutate(branch, { onError: (error) => failed("The branch stays open", error) })
          }
          aria-label={`Close ${branch.name}`}
        >
          Close
        </Button>
      )}
    </div>
  );
}

function Line({
  team,
  people,
  change,
}: {
  team: Team;
  people: readonly User[];
  change: (() => void) | null;
}) {
  const members = membersOf(team, people);
  const leads = members.filter(({ id }) => team.lead_ids.includes(id)).map(({ name }) => name);
  const count = members.length === 1 ? "one person" : `${members.length} people`;
  return (
    <li className={styles.entry}>
      <Sign tone="plain">
        <IconUsersGroup size={18} aria-hidden="true" />
      </Sign>
      <div className={styles.who}>
        <p>
          <strong>{team.name}</strong>
        </p>
        <small>
          {[count, leads.length > 0 ? `led by ${leads.join(", ")}` : "led by nobody"].join(" · ")}
        </small>
      </div>
      {change && (
        <div className={styles.acts}>
          <Button variant="default" size="compact-md" onClick={change} aria-label={`Change ${team.name}`}>
            Change
          </Button>
        </div>
      )}
    </li>
  );
}
