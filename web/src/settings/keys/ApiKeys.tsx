import { Button } from "@mantine/core";
import { IconKey, IconKeyOff, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiKey } from "../../api/schema";
import { useUsers } from "../../directory/queries";
import { useMe } from "../../session/session";
import { Chip } from "../../ui/Chip";
import { Card } from "../../ui/Page";
import { Sign } from "../../ui/Sign";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { When } from "../../ui/When";
import styles from "../Settings.module.css";
import { mayBeRevoked, OVER } from "./keys";
import { MakeKey } from "./MakeKey";
import { apiKeys } from "./queries";
import { RevokeKey } from "./RevokeKey";

/** By which programs act on people's behalf: one's own keys, to owners and admins everybody's. */
export function ApiKeys() {
  const { user: me } = useMe();
  const everybodys = me.role === "owner" || me.role === "admin";
  const { data: keys, error, refetch } = useQuery(apiKeys);
  const ask = () => void refetch();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  return (
    <Card
      title={everybodys ? "API keys" : "Your API keys"}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden="true" />} onClick={() => setMaking(true)}>
          Make a key
        </Button>
      }
    >
      <p className={styles.words}>
        A program that shows a key acts on its maker’s behalf: it may what the key was given, of what its
        maker may at that moment.
      </p>
      {error && keys && <Stale error={error} retry={ask} />}
      {error && !keys && <Failed error={error} retry={ask} what="list" />}
      {!keys && !error && <Lines count={3} label="Loading API keys" />}
      {keys?.length === 0 && (
        <Empty icon={<IconKey size={24} />} title="No keys yet">
          Make one for a website’s form, a spreadsheet or another system that reads or writes here.
        </Empty>
      )}
      {keys && keys.length > 0 && (
        <ul className={styles.entries} aria-label="API keys">
          {keys.map((key) => (
            <Entry key={key.id} shown={key} mine={key.made_by === me.id} revoke={() => setRevoking(key)} />
          ))}
        </ul>
      )}
      <MakeKey opened={making} close={() => setMaking(false)} />
      <RevokeKey revoked={revoking} close={() => setRevoking(null)} />
    </Card>
  );
}

function Entry({ shown, mine, revoke }: { shown: ApiKey; mine: boolean; revoke: () => void }) {
  const maker = useUsers().find(({ id }) => id === shown.made_by)?.name ?? "somebody";
  const over = OVER[shown.state];
  const Icon = over === null ? IconKey : IconKeyOff;
  return (
    <li className={styles.entry} data-out={over === null ? undefined : true}>
      <Sign tone={over === null ? "good" : "plain"}>
        <Icon size={18} aria-hidden="true" />
      </Sign>
      <div className={styles.who}>
        <p>
          <strong>{shown.name}</strong>
          {over !== null && <Chip tone={shown.state === "revoked" ? "plain" : "warn"}>{over}</Chip>}
          {shown.scopes.map((scope) => (
            <Chip key={scope}>{scope}</Chip>
          ))}
        </p>
        <small>
          Made by {mine ? "you" : maker} <When at={shown.made_at} /> ·{" "}
          {shown.used_at === null ? (
            "never used"
          ) : (
            <>
              used <When at={shown.used_at} />
            </>
          )}{" "}
          ·{" "}
          {shown.expires_at === null ? (
            "does not expire"
          ) : (
            <>
              {shown.state === "expired" ? "was good until" : "good until"}{" "}
              <When at={shown.expires_at} exact />
            </>
          )}
        </small>
      </div>
      {mayBeRevoked(shown) && (
        <div className={styles.acts}>
          <Button
            variant="default"
            size="compact-md"
            onClick={revoke}
            aria-label={`Revoke the key ${shown.name}`}
          >
            Revoke…
          </Button>
        </div>
      )}
    </li>
  );
}
