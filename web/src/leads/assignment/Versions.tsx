import { Button } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNameOf } from "../../directory/queries";
import settings from "../../settings/Settings.module.css";
import { Chip } from "../../ui/Chip";
import { Wrong } from "../../ui/Form";
import { Card } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { said } from "../../ui/toast";
import { When } from "../../ui/When";
import styles from "./Assignment.module.css";
import { useNames } from "./names";
import { assignment, useWriteDraft, versions } from "./queries";
import { ruleInWords } from "./words";

/** What was in force and when; one of them can be the draft again. */
export function Versions() {
  const { data: kept, error, refetch } = useQuery(versions);
  const { data: now } = useQuery(assignment);
  const writing = useWriteDraft();
  const names = useNames();
  const nameOf = useNameOf();
  const ask = () => void refetch();
  return (
    <Card label="Versions">
      <Wrong error={writing.error} />
      {error && kept && <Stale error={error} retry={ask} />}
      {error && !kept && <Failed error={error} retry={ask} what="list" />}
      {!kept && !error && <Lines count={4} label="Loading versions" />}
      {kept?.length === 0 && (
        <Empty icon={<IconHistory size={24} />} title="No rules were in force yet">
          Each set of rules that is switched on is kept here.
        </Empty>
      )}
      {kept && kept.length > 0 && (
        <ol className={settings.entries} aria-label="Versions, the latest first">
          {kept.map((version) => (
            <li key={version.number} className={settings.entry}>
              <div className={settings.who}>
                <p>
                  <strong>Version {version.number}</strong>
                  {version.switched_off_at === null && <Chip tone="good">In force</Chip>}
                </p>
                <small>
                  Switched on <When at={version.switched_on_at} />
                  {version.switched_on_by.startsWith("person:") &&
                    ` by ${nameOf(version.switched_on_by.slice(7))}`}
                  {version.switched_off_at !== null && (
                    <>
                      , off <When at={version.switched_off_at} />
                    </>
                  )}
                </small>
                <ul className={styles.reasons}>
                  {version.rules.map((rule) => (
                    <li key={rule.rule_id}>
                      {rule.name}. {ruleInWords(rule, names)}
                    </li>
                  ))}
                </ul>
              </div>
              {now && (
                <div className={settings.acts}>
                  <Button
                    variant="default"
                    aria-label={`Make version ${version.number} the draft`}
                    onClick={() =>
                      writing.mutate(
                        { version: now.version, rules: version.rules },
                        { onSuccess: () => said(`The draft is version ${version.number} again`) },
                      )
                    }
                  >
                    Make it the draft
                  </Button>
                </div>
              )}
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
