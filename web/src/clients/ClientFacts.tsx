import { Link } from "@tanstack/react-router";
import type { Client } from "../api/schema";
import { useNameOf, useTeams } from "../directory/queries";
import { type Field, PersonFact } from "../timeline/PersonFact";
import { Fact, Facts } from "../ui/Fact";
import { When } from "../ui/When";
import { useChangeClient } from "./edit";

const FIELDS: readonly Field[] = [
  "name",
  "phone",
  "email",
  "line_of_business",
  "birth_date",
  "street",
  "city",
  "postal_code",
  "state",
];

interface ClientFactsProps {
  client: Client;
  mayEdit: boolean;
  editing: Field | null;
  edit: (field: Field | null) => void;
}

/** What is known of a client; what people may change is changed where it stands. */
export function ClientFacts({ client, mayEdit, editing, edit }: ClientFactsProps) {
  const nameOf = useNameOf();
  const teams = useTeams();
  const change = useChangeClient(client.id);
  return (
    <Facts>
      {FIELDS.map((field) => (
        <PersonFact
          key={field}
          of={client}
          field={field}
          mayEdit={mayEdit}
          editing={editing}
          edit={edit}
          change={change}
        />
      ))}
      <Fact name="Owner">{nameOf(client.owner_id)}</Fact>
      <Fact name="Team">{teams.find(({ id }) => id === client.team_id)?.name}</Fact>
      {client.shared_with.length > 0 && (
        <Fact name="Shared with">{client.shared_with.map(nameOf).join(", ")}</Fact>
      )}
      <Fact name="Client since">
        <When at={client.onboarded_at} />
      </Fact>
      <Fact name="Came as">
        {client.lead_id && (
          <Link to="/leads/$leadId" params={{ leadId: client.lead_id }}>
            The lead they were
          </Link>
        )}
      </Fact>
    </Facts>
  );
}
