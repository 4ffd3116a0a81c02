import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Lead, PipelineStage } from "../../api/schema";
import { type Details, type Field, PersonFact } from "../../timeline/PersonFact";
import { Facts } from "../../ui/Fact";
import form from "../../ui/Form.module.css";
import { Convert } from "../Convert";
import { useChangeLead, useMoveLead } from "../edit";
import { LostReason } from "../LostReason";
import { OwnFact } from "../own/OwnFacts";
import { useLeadFields } from "../own/queries";
import { leadById } from "../queries";
import { missing, pipelineOf, usePipelines } from "./queries";

type Asking = { lead: Lead; to: PipelineStage; what: "lost" | "won" | "missing" };

/**
 * Moves leads along their pipelines: at once, or after it was asked what must be known of them there, why they are lost,
 * or whether they become a client. `start` says which; `dialogs` go somewhere on the page.
 */
export function useMoving(): {
  start: (lead: Lead, to: PipelineStage) => "moves" | "asks";
  dialogs: ReactNode;
} {
  const [asking, setAsking] = useState<Asking | null>(null);
  const there = usePipelines();
  const move = useMoveLead();
  const close = () => setAsking(null);
  const start = (lead: Lead, to: PipelineStage, filled = false): "moves" | "asks" => {
    const what =
      !filled && missing(lead, to).length > 0
        ? "missing"
        : to.kind === "won" || (to.kind === "lost" && lead.stage !== "lost")
          ? to.kind
          : null;
    setAsking(what && { lead, to, what });
    if (what) return "asks";
    void move(lead, to);
    return "moves";
  };
  const { lead, to, what } = asking ?? {};
  const dialogs = (
    <>
      {lead && to && what === "missing" && (
        <Modal opened onClose={close} title={`Before ${lead.display_name} is in ${to.name}`} size={460}>
          <Missing id={lead.id} before={lead} to={to} close={close} move={(now) => start(now, to, true)} />
        </Modal>
      )}
      <LostReason
        opened={what === "lost"}
        reasons={lead ? pipelineOf(there, lead).exit_reasons : []}
        close={close}
        lose={(why) => lead && to && void move(lead, to, why)}
      />
      {lead && what === "won" && <Convert lead={lead} opened close={close} />}
    </>
  );
  return { start, dialogs };
}

interface MissingProps {
  id: string;
  /** As the lead was when it was to be moved. */
  before: Lead;
  to: PipelineStage;
  close: () => void;
  move: (lead: Lead) => void;
}

/** What must be known, each entered where it stands; what is known by then moves the lead. */
function Missing({ id, before, to, close, move }: MissingProps) {
  const lead = useQuery(leadById(id)).data?.data ?? before;
  const [asked] = useState(() => missing(before, to));
  const [editing, setEditing] = useState<Field | null>(null);
  const change = useChangeLead(id);
  const own = useLeadFields();
  const left = missing(lead, to);
  return (
    <div className={form.form}>
      <p>{left.length === 0 ? "All that is needed is known." : "This must be known first."}</p>
      <Facts>
        {asked.map((name) => {
          const field = own.find(({ key }) => `fields.${key}` === name);
          if (name.startsWith("fields."))
            return field && <OwnFact key={name} lead={lead} field={field} mayEdit />;
          return (
            <PersonFact
              key={name}
              of={lead as Lead & Details}
              field={name as Field}
              mayEdit
              editing={editing}
              edit={setEditing}
              change={change}
            />
          );
        })}
      </Facts>
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button disabled={left.length > 0} onClick={() => move(lead)}>
          Move to {to.name}
        </Button>
      </div>
    </div>
  );
}
