import { Button } from "@mantine/core";
import { IconDeviceDesktop, IconDeviceMobile } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { OwnSession } from "../api/schema";
import { Chip } from "../ui/Chip";
import { Card } from "../ui/Page";
import { Sign } from "../ui/Sign";
import { Failed, Lines, Stale } from "../ui/states";
import { failed } from "../ui/toast";
import { When } from "../ui/When";
import styles from "./Account.module.css";
import { ownSessions, useEndSessions } from "./queries";

const PHONES = /iPhone|iPad|Android/;

/** Where somebody is signed in, and the end of it wherever it is not them. */
export function Sessions() {
  const { data: sessions, error, refetch } = useQuery(ownSessions);
  const ending = useEndSessions();
  const end = (id: string | null) =>
    ending.mutate(id, { onError: (error) => failed("The session could not be ended", error) });
  const others = sessions?.filter((each) => !each.current) ?? [];
  return (
    <Card
      title="Where you are signed in"
      actions={
        others.length > 0 && (
          <Button variant="default" size="compact-md" loading={ending.isPending} onClick={() => end(null)}>
            End all others
          </Button>
        )
      }
    >
      {error && sessions && <Stale error={error} retry={() => void refetch()} />}
      {error && !sessions && <Failed error={error} retry={() => void refetch()} what="list" />}
      {!sessions && !error && <Lines count={3} label="Loading your sessions" />}
      {sessions && (
        <>
          <ul className={styles.sessions}>
            {sessions.map((session) => (
              <Session
                key={session.id}
                session={session}
                end={() => end(session.id)}
                ending={ending.isPending}
              />
            ))}
          </ul>
          <p className={styles.words}>
            One you do not know? End it, then change your password. It is over within ten minutes.
          </p>
        </>
      )}
    </Card>
  );
}

function Session({ session, end, ending }: { session: OwnSession; end: () => void; ending: boolean }) {
  const Icon = PHONES.test(session.device) ? IconDeviceMobile : IconDeviceDesktop;
  return (
    <li className={styles.session}>
      <Sign tone={session.current ? "good" : "plain"}>
        <Icon size={18} aria-hidden="true" />
      </Sign>
      <div className={styles.where}>
        <p>
          <strong>{session.device}</strong> {session.current && <Chip tone="good">This one</Chip>}
        </p>
        <p className={styles.words}>
          {session.address || "An unknown address"} · used <When at={session.used_at} /> · since{" "}
          <When at={session.started_at} />
        </p>
      </div>
      {!session.current && (
        <Button
          variant="default"
          size="compact-md"
          disabled={ending}
          onClick={end}
          aria-label={`End the session of ${session.device}, ${session.address}`}
        >
          End
        </Button>
      )}
    </li>
  );
}
