import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Team, User } from "../../api/schema";
import { errorOf } from "../../ui/errors";
import { Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { heldBy, inWords, useDissolveTeam } from "../handingOver";
import { membersOf } from "./teams";
import styles from "../Settings.module.css";

interface DissolveTeamProps {
  team: Team;
  teams: readonly Team[];
  people: readonly User[];
  done: () => void;
}

/** A team is no more, once it is said what becomes of what is with it. */
export function DissolveTeam(props: DissolveTeamProps) {
  const [asking, setAsking] = useState(false);
  return (
    <div className={styles.danger}>
      <p className={styles.words}>
        When a team is dissolved its people leave it and keep what they own; invitations into it are mended.
      </p>
      {asking ? (
        <Confirm {...props} keep={() => setAsking(false)} />
      ) : (
        <div className={form.actions}>
          <Button variant="default" onClick={() => setAsking(true)}>
            Dissolve…
          </Button>
        </div>
      )}
    </div>
  );
}

function Confirm({ team, teams, people, done, keep }: DissolveTeamProps & { keep: () => void }) {
  const held = useQuery(heldBy({ team_id: team.id }));
  const [poolTo, setPoolTo] = useState("");
  const dissolving = useDissolveTeam();
  const members = membersOf(team, people).length;
  const leave =
    members === 0 ? "Nobody is in it" : members === 1 ? "One person leaves it" : `${members} people leave it`;
  const has = held.data && inWords(held.data);
  return (
    <>
      <Wrong error={dissolving.error} fields={["/pool_to_id"]} />
      <p className={styles.words} role="status">
        {leave}.{" "}
        {held.isPending
          ? "What is with it is being counted…"
          : held.isError
            ? "What is with it cannot be counted just now."
            : has
              ? `With it are ${has}.`
              : "No open leads and no clients are with it."}
      </p>
      {!held.isPending && has !== null && (
        <NativeSelect
          label="What is with it goes"
          description="What somebody owns stays theirs; what nobody owns can be taken there."
          data={[
            { value: "", label: "To no team: its pool to the agency’s" },
            ...teams
              .filter(({ id }) => id !== team.id)
              .map(({ id, name }) => ({ value: id, label: `To ${name}` })),
          ]}
          value={poolTo}
          onChange={({ currentTarget: { value } }) => setPoolTo(value)}
          error={errorOf(dissolving.error, "/pool_to_id")}
        />
      )}
      <div className={form.actions}>
        <Button variant="default" onClick={keep}>
          Keep it
        </Button>
        <Button
          color="red.9"
          disabled={held.isPending}
          loading={dissolving.isPending}
          onClick={() => {
            // Live news of it may take this away before the answer comes.
            void dissolving.mutateAsync({ team, poolTo: poolTo || null }).then(done, () => undefined);
          }}
        >
          Dissolve {team.name} now
        </Button>
      </div>
    </>
  );
}
