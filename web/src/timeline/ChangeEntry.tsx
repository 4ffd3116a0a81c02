import { IconArrowRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { TimelineEntry } from "../api/schema";
import { useNameOf } from "../directory/queries";
import { StageChip } from "../leads/stage";
import { NotShown } from "../ui/Fact";
import { At } from "./At";
import { fieldName, fieldValue } from "./fields";
import styles from "./Timeline.module.css";

interface ChangeEntryProps {
  entry: TimelineEntry;
  /** Whether this is the client's page already. */
  ofClient: boolean;
  /** What else is said of it. */
  said?: string | null | undefined;
}

/** Something else that happened: one line, what was and what became of it in words. */
export function ChangeEntry({ entry, ofClient, said }: ChangeEntryProps) {
  return (
    <div className={styles.change}>
      {said ? (
        <div>
          <Told entry={entry} ofClient={ofClient} />
          <p className={styles.quiet}>{said}</p>
        </div>
      ) : (
        <Told entry={entry} ofClient={ofClient} />
      )}
      <span className={styles.by}>
        <Actor actor={entry.actor} />
        <At at={entry.occurred_at} />
      </span>
    </div>
  );
}

function Told({
  entry: { kind, detail, title, client_id: clientId },
  ofClient,
}: Omit<ChangeEntryProps, "said">) {
  switch (kind) {
    case "captured":
      return <p>Captured{detail.source && ` from ${detail.source}`}</p>;
    case "stage_changed":
      return (
        <div>
          <p className={styles.fromTo}>
            Stage
            {detail.previous_stage && detail.stage ? (
              <FromTo
                old={<StageChip stage={detail.previous_stage} />}
                next={<StageChip stage={detail.stage} />}
              />
            ) : (
              title
            )}
          </p>
          {detail.reason && <p className={styles.quiet}>{detail.reason}</p>}
        </div>
      );
    case "assigned":
      if (detail.owner_id === detail.previous_owner_id) return <p>{title}</p>;
      return (
        <p className={styles.fromTo}>
          Owner
          <FromTo
            old={detail.previous_owner_id ? (detail.previous_owner_name ?? "somebody") : "Pool"}
            next={detail.owner_id ? (detail.owner_name ?? "somebody") : "Pool"}
          />
        </p>
      );
    case "details_changed":
      return <Changes changes={detail.changes} fallback={title} />;
    case "converted":
    case "onboarded":
      return (
        <p>
          {kind === "converted" ? "Converted to a client" : "Onboarded as a client"}
          {kind === "onboarded" && clientId && !ofClient && (
            <>
              {" · "}
              <Link to="/clients/$clientId" params={{ clientId }}>
                Client page
              </Link>
            </>
          )}
        </p>
      );
    case "task":
      return (
        <div>
          <p>{title}</p>
          {detail.outcome && <p className={styles.quiet}>{detail.outcome}</p>}
        </div>
      );
    default:
      return <p>{title}</p>;
  }
}

interface Change {
  field: string;
  old: string | null;
  new: string | null;
  withheld?: string[] | null;
}

/** Each field that changed, a line each. */
export function Changes({ changes, fallback }: { changes: readonly Change[]; fallback: string }) {
  if (changes.length === 0) return <p>{fallback}</p>;
  return (
    <ul className={styles.changes}>
      {changes.map((change) => (
        <li key={change.field} className={styles.fromTo}>
          {fieldName(change.field)}
          {change.withheld ? (
            <>
              {" changed: "}
              <NotShown />
            </>
          ) : (
            <FromTo old={fieldValue(change.field, change.old)} next={fieldValue(change.field, change.new)} />
          )}
        </li>
      ))}
    </ul>
  );
}

/** What was, and what it became. */
export function FromTo({ old, next }: { old: ReactNode; next: ReactNode }) {
  return (
    <>
      <span className={styles.old}>
        <span className="visually-hidden">from </span>
        {old}
      </span>
      <span className={styles.became}>
        <IconArrowRight size={14} role="img" aria-label="to" className={styles.arrow} />
        <span className={styles.new}>{next}</span>
      </span>
    </>
  );
}

function Actor({ actor }: { actor: TimelineEntry["actor"] }) {
  const nameOf = useNameOf();
  const name = {
    person: actor.name ?? nameOf(actor.id),
    key: "An API key",
    import: "Import",
    ai: "AI",
    automation: "Automation",
    operator: "The platform’s operator",
    system: "GardenOS",
  }[actor.kind];
  return <span>{name}</span>;
}
