import { ActionIcon, Button, Modal } from "@mantine/core";
import { IconCar, IconHome, IconPackage, IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { LeadRisk } from "../../api/schema";
import { Failed, Lines, Stale } from "../../ui/states";
import { words } from "../../ui/format";
import { type Kind, KINDS, linesOf, titleOf } from "./facts";
import { risksOf } from "./queries";
import { RiskForm } from "./RiskForm";
import part from "../Part.module.css";
import styles from "./Risks.module.css";
import { XDates } from "./XDates";

const ICONS: Record<Kind, ReactNode> = {
  home: <IconHome size={18} stroke={1.7} aria-label="Home" />,
  vehicle: <IconCar size={18} stroke={1.7} aria-label="Vehicle" />,
  other: <IconPackage size={18} stroke={1.7} aria-label="Other" />,
};

interface RisksProps {
  leadId: string;
  mayWrite: boolean;
  currency: string;
}

/** What of a lead's is to be insured, and when what insures it now expires. */
export function Risks({ leadId, mayWrite, currency }: RisksProps) {
  return (
    <>
      <XDates leadId={leadId} mayWrite={mayWrite} currency={currency} />
      <AtInterest leadId={leadId} mayWrite={mayWrite} />
    </>
  );
}

function AtInterest({ leadId, mayWrite }: Omit<RisksProps, "currency">) {
  const { data, error, refetch } = useQuery(risksOf(leadId));
  const [opened, setOpened] = useState<{ kind: Kind; risk: LeadRisk | null } | null>(null);
  const close = () => setOpened(null);
  return (
    <section className={part.part} aria-label="Risks at interest">
      <h3>Risks at interest</h3>
      {error && data && <Stale error={error} retry={() => void refetch()} />}
      {data === undefined ? (
        error ? (
          <Failed error={error} retry={() => void refetch()} what="risks" />
        ) : (
          <Lines count={2} label="Loading the risks" />
        )
      ) : data.length === 0 ? (
        <p className={part.none}>Nothing is known of what they want to insure.</p>
      ) : (
        <ul className={styles.cards}>
          {data.map((risk) => (
            <li key={risk.id} className={styles.card}>
              {ICONS[risk.kind]}
              <div>
                <strong>{titleOf(risk)}</strong>
                {linesOf(risk).map(({ label, value }) => (
                  <small key={label}>
                    {label}: {value}
                  </small>
                ))}
                {risk.lead_id !== leadId && <small>Known before the merge</small>}
              </div>
              {mayWrite && risk.lead_id === leadId && (
                <ActionIcon
                  variant="subtle"
                  aria-label={`Change ${titleOf(risk)}`}
                  onClick={() => setOpened({ kind: risk.kind, risk })}
                >
                  <IconPencil size={16} aria-hidden="true" />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayWrite && (
        <div className={styles.add}>
          {KINDS.map((kind) => (
            <Button
              key={kind}
              size="compact-sm"
              variant="default"
              onClick={() => setOpened({ kind, risk: null })}
            >
              {kind === "other" ? "Add another risk" : `Add a ${kind}`}
            </Button>
          ))}
        </div>
      )}
      <Modal
        opened={opened !== null}
        onClose={close}
        title={opened?.risk ? `Change ${titleOf(opened.risk)}` : `Add: ${words(opened?.kind ?? "")}`}
        size={480}
      >
        {opened && <RiskForm leadId={leadId} kind={opened.kind} risk={opened.risk} close={close} />}
      </Modal>
    </section>
  );
}
