import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Lead, PipelineStage } from "../../api/schema";
import { type Details, type Field, PersonFact } from "../../timeline/PersonFact";
import { Facts } from "../../ui/Fact";
import form from "../../ui/Form.module.css";
import { useChangeLead } from "../edit";
import { OwnFact } from "../own/OwnFacts";
import { useLeadFields } from "../own/queries";
import { leadById } from "../queries";
import { missing } from "./queries";

interface MissingProps {
  id: string;
  /** As the lead was when it was to be moved. */
  before: Lead;
  to: PipelineStage;
  close: () => void;
  move: (lead: Lead) => void;
}

/** What must be known, each entered where it stands; what is known by then moves the lead. */
export function Missing({ id, before, to, close, move }: MissingProps) {
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
