import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { SignIns } from "../account/SignIns";
import { useNameOf } from "../directory/queries";
import { useNames } from "../history/names";
import { Value } from "../history/Value";
import { FromTo } from "../timeline/ChangeEntry";
import { fieldName } from "../timeline/fields";
import { Chip } from "../ui/Chip";
import { Fact, Facts, NotShown } from "../ui/Fact";
import { Card } from "../ui/Page";
import { PaneHead } from "../ui/Split";
import { Failed, Lines } from "../ui/states";
import { When } from "../ui/When";
import { type Audited, isRefusal, originOf, ruleInWords } from "./audit";
import { auditedChange } from "./auditQueries";
import { actorName } from "./events";
import { Back } from "./List";
import styles from "./Operations.module.css";
import type { OperationsSearch } from "./search";
import { SERVICES, type ServiceName } from "./services";

interface AuditPaneProps {
  entry: Audited;
  narrow: (next: Partial<OperationsSearch>) => void;
}

const CHIPS = { change: "Change", read: "Look", "sign-in": "Sign-in" } as const;

/** One entry: who, on whose behalf, from where, by which rule, why; and of a change what was before and after. */
export function AuditPane({ entry, narrow }: AuditPaneProps) {
  const nameOf = useNameOf();
  const origin = originOf(entry.origin);
  const subject = entry.person_id ?? entry.subject_id;
  const refusal = isRefusal(entry);
  return (
    <>
      <PaneHead
        back={<Back />}
        title={entry.title}
        actions={
          <>
            <Button variant="default" onClick={() => narrow({ type: entry.type })}>
              All of this kind
            </Button>
            {entry.on_behalf_of && (
              <Button variant="default" onClick={() => narrow({ behalf: entry.on_behalf_of ?? undefined })}>
                All on their behalf
              </Button>
            )}
            {subject && (
              <Button variant="default" onClick={() => narrow({ subject })}>
                {refusal
                  ? "All at this account"
                  : entry.person_id
                    ? "All about this person"
                    : "All about this record"}
              </Button>
            )}
          </>
        }
      >
        <Chip>{CHIPS[entry.kind]}</Chip>
        <span>{SERVICES[entry.service]}</span>
      </PaneHead>
      {entry.kind === "change" && entry.sequence !== null && (
        <WhatChanged service={entry.service} sequence={entry.sequence} />
      )}
      <Card title="Who, and how">
        <div className={styles.facts}>
          <Facts>
            <Fact name="When">
              <When at={entry.at} exact />
            </Fact>
            <Fact name="By">{actorName(entry.actor, nameOf)}</Fact>
            {refusal && entry.subject_id && <Fact name="Account">{nameOf(entry.subject_id)}</Fact>}
            {entry.on_behalf_of && <Fact name="On behalf of">{nameOf(entry.on_behalf_of)}</Fact>}
            {!refusal && <Fact name="Allowed by">{ruleInWords(entry.rule)}</Fact>}
            {entry.origin && (
              <>
                <Fact name="From">{origin.network}</Fact>
                <Fact name="Device">{origin.device}</Fact>
              </>
            )}
            {origin.session && (
              <Fact name="Session">
                <span className={styles.id}>{origin.session}</span>
              </Fact>
            )}
          </Facts>
        </div>
      </Card>
      {refusal && entry.subject_id && (
        <SignIns
          userId={entry.subject_id}
          title="Sign-ins of this account"
          words="Of the last ninety days, with whole addresses."
        />
      )}
      <Card title="What it is part of">
        <div className={styles.facts}>
          <Facts>
            {entry.subject_id && (
              <Fact name="Record">
                <span className={styles.id}>{entry.subject_id}</span>
              </Fact>
            )}
            {entry.person_id && (
              <Fact name="Person">
                <span className={styles.id}>{entry.person_id}</span>
              </Fact>
            )}
            {entry.causation_id && (
              <Fact name="Because of">
                <span className={styles.id}>{entry.causation_id}</span>
              </Fact>
            )}
            <Fact name="Request">
              <span className={styles.id}>{entry.correlation_id}</span>
            </Fact>
          </Facts>
        </div>
      </Card>
    </>
  );
}

function WhatChanged({ service, sequence }: { service: ServiceName; sequence: number }) {
  const nameOf = useNames();
  const told = useQuery(auditedChange(service, sequence));
  return (
    <Card title="What changed">
      {told.data ? (
        <>
          {told.data.forgotten && (
            <p className={styles.quiet}>The person was forgotten since; what was personal is gone.</p>
          )}
          {told.data.changes.length === 0 ? (
            <p className={styles.quiet}>No field is another than before.</p>
          ) : (
            <div className={styles.facts}>
              <Facts>
                {told.data.changes.map(({ field, old, new: next, withheld }) => (
                  <Fact key={field} name={fieldName(field)}>
                    {withheld ? (
                      <NotShown />
                    ) : old === null ? (
                      <Value field={field} value={next} nameOf={(id) => nameOf(id) ?? id} />
                    ) : (
                      <FromTo
                        old={<Value field={field} value={old} nameOf={(id) => nameOf(id) ?? id} />}
                        next={<Value field={field} value={next} nameOf={(id) => nameOf(id) ?? id} />}
                      />
                    )}
                  </Fact>
                ))}
              </Facts>
            </div>
          )}
        </>
      ) : told.isError ? (
        <Failed error={told.error} retry={() => void told.refetch()} what="change" />
      ) : (
        <Lines count={4} label="Loading the change" />
      )}
    </Card>
  );
}
