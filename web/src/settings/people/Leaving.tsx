import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { User } from "../../api/schema";
import { errorOf } from "../../ui/errors";
import { Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { words } from "../../ui/format";
import { heldBy, inWords, takers, useDeactivate, type WorkTo } from "../handingOver";
import { people } from "../queries";
import { useLetIn } from "./queries";
import styles from "../Settings.module.css";

const STAYS = "stays";

/** Whether somebody may sign in, and what becomes of their work when they may not. */
export function Leaving({ person, done }: { person: User; done: () => void }) {
  const [asking, setAsking] = useState(false);
  const letting = useLetIn();
  if (person.active) {
    return (
      <div className={styles.danger}>
        <p className={styles.words}>Who is deactivated is signed out at once and cannot sign in.</p>
        {asking ? (
          <HandOver
            person={person}
            act={`Deactivate ${person.name} now`}
            keep={() => setAsking(false)}
            done={done}
          />
        ) : (
          <div className={form.actions}>
            <Button variant="default" onClick={() => setAsking(true)}>
              Deactivate…
            </Button>
          </div>
        )}
      </div>
    );
  }
  return (
    <div className={styles.danger}>
      <p className={styles.words}>They cannot sign in. Role and teams are kept.</p>
      <Wrong error={letting.error} />
      <StillHeld person={person} done={done} />
      <div className={form.actions}>
        <Button
          variant="default"
          loading={letting.isPending}
          onClick={() => letting.mutate({ person }, { onSuccess: done })}
        >
          Let them in again
        </Button>
      </div>
    </div>
  );
}

/** What somebody still has who was deactivated before: it can be handed over later, too. */
function StillHeld({ person, done }: { person: User; done: () => void }) {
  const held = useQuery(heldBy({ owner_id: person.id }));
  if (!held.data || inWords(held.data) === null) return null;
  return <HandOver person={person} act="Hand it over" keep={null} done={done} />;
}

interface HandOverProps {
  person: User;
  /** What the button does, in words. */
  act: string;
  /** Null where there is nothing to go back to. */
  keep: (() => void) | null;
  done: () => void;
}

function HandOver({ person, act, keep, done }: HandOverProps) {
  const held = useQuery(heldBy({ owner_id: person.id }));
  const { data: everybody = [] } = useQuery(people);
  const [to, setTo] = useState("pool");
  const deactivating = useDeactivate();
  const has = held.data && inWords(held.data);
  const workTo: WorkTo = to === STAYS || has === null ? null : to;
  return (
    <>
      <Wrong error={deactivating.error} fields={["/work_to"]} />
      <p className={styles.words} role="status">
        {held.isPending
          ? "What is theirs is being counted…"
          : held.isError
            ? "What is theirs cannot be counted just now."
            : has
              ? `They have ${has}.`
              : "They have no open leads, clients or tasks."}
      </p>
      {!held.isPending && has !== null && (
        <NativeSelect
          label="Their work goes"
          description="Open leads, clients and the conversations with them; what is closed stays theirs."
          data={[
            { value: "pool", label: "Back to the pool, for whoever takes it" },
            ...takers(everybody, person).map(({ id, name, role }) => ({
              value: id,
              label: `To ${name} (${words(role).toLowerCase()})`,
            })),
            ...(person.active ? [{ value: STAYS, label: "Nowhere: it stays theirs for now" }] : []),
          ]}
          value={to}
          onChange={({ currentTarget: { value } }) => setTo(value)}
          error={errorOf(deactivating.error, "/work_to")}
        />
      )}
      <div className={form.actions}>
        {keep && (
          <Button variant="default" onClick={keep}>
            Keep them
          </Button>
        )}
        <Button
          color={person.active ? "red.9" : undefined}
          disabled={held.isPending}
          loading={deactivating.isPending}
          onClick={() => {
            // Live news of it may take this away before the answer comes.
            void deactivating.mutateAsync({ person, workTo }).then(done, () => undefined);
          }}
        >
          {act}
        </Button>
      </div>
    </>
  );
}
