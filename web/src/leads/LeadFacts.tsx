import { Link } from "@tanstack/react-router";
import type { Lead } from "../api/schema";
import { useNameOf, useTeams } from "../directory/queries";
import { type Field, PersonFact } from "../timeline/PersonFact";
import { Fact, Facts } from "../ui/Fact";
import { words } from "../ui/format";
import { When } from "../ui/When";
import { DETAILS } from "./details";
import { useChangeLead } from "./edit";
import { OwnFacts } from "./own/OwnFacts";

interface LeadFactsProps {
  lead: Lead;
  mayEdit: boolean;
  editing: Field | null;
  edit: (field: Field | null) => void;
}

/** What is known of a lead; what people may change is changed where it stands. */
export function LeadFacts({ lead, mayEdit, editing, edit }: LeadFactsProps) {
  const nameOf = useNameOf();
  const teams = useTeams();
  const change = useChangeLead(lead.id);
  return (
    <Facts>
      {DETAILS.map((field) => (
        <PersonFact
          key={field}
          of={lead}
          field={field}
          mayEdit={mayEdit}
          editing={editing}
          edit={edit}
          change={change}
        />
      ))}
      <OwnFacts lead={lead} mayEdit={mayEdit} />
      <Fact name="Owner">{nameOf(lead.owner_id)}</Fact>
      <Fact name="Team">{teams.find(({ id }) => id === lead.team_id)?.name}</Fact>
      {lead.shared_with.length > 0 && (
        <Fact name="Shared with">{lead.shared_with.map(nameOf).join(", ")}</Fact>
      )}
      <Fact name="From">
        {words(lead.source)}
        {lead.campaign_id !== null && lead.campaign_name !== null && (
          <>
            {" · "}
            <Link to="/leads/campaigns/$campaignId" params={{ campaignId: lead.campaign_id }}>
              {lead.campaign_name}
            </Link>
          </>
        )}
      </Fact>
      {lead.outcome !== null && (
        <Fact name="Outcome">
          {lead.outcome === "client" && lead.client_id ? (
            <>
              <Link to="/clients/$clientId" params={{ clientId: lead.client_id }}>
                Client
              </Link>{" "}
              {lead.client_since && <When at={lead.client_since} />}
            </>
          ) : (
            "Becoming a client"
          )}
        </Fact>
      )}
      <Fact name="Captured">
        <When at={lead.captured_at} />
      </Fact>
      <Fact name="Attempts">{lead.contact_attempts}</Fact>
      <Fact name="First touch">{lead.first_touched_at && <When at={lead.first_touched_at} />}</Fact>
      {lead.first_automated_at && (
        <Fact name="First automated touch">
          <When at={lead.first_automated_at} />
        </Fact>
      )}
      <Fact name="First contact">{lead.first_contacted_at && <When at={lead.first_contacted_at} />}</Fact>
      <Fact name="Last contact">{lead.last_contacted_at && <When at={lead.last_contacted_at} />}</Fact>
    </Facts>
  );
}
