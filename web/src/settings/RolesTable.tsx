import { useQuery } from "@tanstack/react-query";
import type { Permission } from "../api/schema";
import { useMe } from "../session/session";
import { Chip } from "../ui/Chip";
import { words } from "../ui/format";
import { Card } from "../ui/Page";
import { Failed, Lines } from "../ui/states";
import { roles } from "./queries";
import styles from "./Settings.module.css";

type Scope = Permission["scopes"][string];

const SCOPES: Record<Exclude<Scope, "nothing">, { word: string; meaning: string }> = {
  agency: { word: "All", meaning: "everything in the agency" },
  teams: {
    word: "Their teams’",
    meaning:
      "their own, their teams’, and what is in the agency’s pool; who manages and leads a team has its whole branch’s",
  },
  own: { word: "Their own", meaning: "their own, and what is in the pools of their teams and the agency" },
};

/** Who may what: the very table by which the services decide. */
export function RolesTable() {
  const { user: me } = useMe();
  const { data: told, error, refetch } = useQuery(roles);
  if (!told) {
    return error ? (
      <Failed error={error} retry={() => void refetch()} what="table" />
    ) : (
      <Lines count={8} label="Loading roles" />
    );
  }
  return (
    <Card title="Who may what">
      {/* What scrolls can be reached by the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.scroll} role="region" aria-label="Who may what" tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">What</th>
              {told.roles.map((role) => (
                <th key={role} scope="col">
                  {words(role)} {role === me.role && <Chip tone="accent">You</Chip>}
                </th>
              ))}
              <th scope="col">API keys, at most</th>
            </tr>
          </thead>
          <tbody>
            {told.permissions.map(({ resource, act, words: what, scopes, service }) => (
              <tr key={`${resource} ${act}`}>
                <th scope="row">{what}</th>
                {told.roles.map((role) => (
                  <td key={role}>
                    <May scope={scopes[role]} />
                  </td>
                ))}
                <td>{service === "nothing" ? <May scope={service} /> : "What their maker may"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <dl className={styles.meanings}>
        {Object.values(SCOPES).map(({ word, meaning }) => (
          <div key={word} style={{ display: "contents" }}>
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.words}>
        Nobody gives or takes a role above their own, and the last owner stays one. Everybody changes their
        own name, password and second factor.
      </p>
    </Card>
  );
}

function May({ scope }: { scope: Scope | undefined }) {
  if (scope === undefined || scope === "nothing") return <span className={styles.none}>No</span>;
  return SCOPES[scope].word;
}
