import { useState } from "react";
import { Overlap } from "../api/edit";
import type { Lead } from "../api/schema";
import { useCampaigns, useNameOf, useTeams } from "../directory/queries";
import { fieldValue } from "../timeline/fields";
import { EditableFact, type Input } from "../ui/EditableFact";
import { errorBeside, errorOf } from "../ui/errors";
import { Fact, Facts } from "../ui/Fact";
import { words } from "../ui/format";
import { When } from "../ui/When";
import { type LeadChanges, useChangeLead } from "./edit";
import { linesOfBusiness } from "./lines";

export type LeadField = keyof LeadChanges;

const FIELDS: readonly { field: Exclude<LeadField, "name">; name: string; kind?: Input["kind"] }[] = [
  { field: "phone", name: "Phone", kind: "tel" },
  { field: "email", name: "Email", kind: "email" },
  { field: "line_of_business", name: "Line" },
  { field: "x_date", name: "X-date", kind: "date" },
  { field: "current_carrier", name: "Current carrier" },
  { field: "birth_date", name: "Birth date", kind: "date" },
  { field: "postal_code", name: "ZIP code" },
  { field: "state", name: "State" },
  { field: "notes", name: "Notes", kind: "long" },
];

const LINES = [
  { value: "", label: "Not known" },
  ...linesOfBusiness.map((value) => ({ value, label: words(value) })),
];

interface LeadFactsProps {
  lead: Lead;
  mayEdit: boolean;
  editing: LeadField | null;
  edit: (field: LeadField | null) => void;
}

/** What is known of a lead; each fact is changed where it stands. */
export function LeadFacts({ lead, mayEdit, editing, edit }: LeadFactsProps) {
  const nameOf = useNameOf();
  const campaigns = useCampaigns();
  const teams = useTeams();
  const one = (field: LeadField) => ({ lead, field, mayEdit, editing: editing === field, edit });
  return (
    <Facts>
      <LeadFact
        {...one("name")}
        name="Name"
        inputs={[
          { label: "Given name", value: lead.name.given },
          { label: "Family name", value: lead.name.family },
        ]}
      />
      {FIELDS.map(({ field, name, kind }) => (
        <LeadFact
          key={field}
          {...one(field)}
          name={name}
          inputs={[
            {
              label: name,
              value: lead[field] ?? "",
              kind,
              options: field === "line_of_business" ? LINES : undefined,
            },
          ]}
        />
      ))}
      <Fact name="Owner">{nameOf(lead.owner_id)}</Fact>
      <Fact name="Team">{teams.find(({ id }) => id === lead.team_id)?.name}</Fact>
      <Fact name="From">
        {words(lead.source)}
        {lead.campaign_id &&
          ` · ${lead.campaign_name ?? campaigns.find(({ id }) => id === lead.campaign_id)?.name ?? ""}`}
      </Fact>
      <Fact name="Captured">
        <When at={lead.captured_at} />
      </Fact>
      <Fact name="First contact">{lead.first_contacted_at && <When at={lead.first_contacted_at} />}</Fact>
      <Fact name="Last contact">{lead.last_contacted_at && <When at={lead.last_contacted_at} />}</Fact>
    </Facts>
  );
}

function LeadFact({
  lead,
  field,
  name,
  inputs,
  mayEdit,
  editing,
  edit,
}: {
  lead: Lead;
  field: LeadField;
  name: string;
  inputs: readonly Input[];
  mayEdit: boolean;
  editing: boolean;
  edit: (field: LeadField | null) => void;
}) {
  const changing = useChangeLead(lead.id);
  const [mine, setMine] = useState<string[]>([]);
  const close = () => {
    changing.reset();
    edit(null);
  };
  const save = async (values: string[], before: Partial<LeadChanges>) => {
    setMine(values);
    await changing.mutateAsync({ changes: entered(field, values), before });
  };
  const { error } = changing;
  const overlap = error instanceof Overlap ? (error as Overlap<LeadChanges>) : null;
  const pointers = field === "name" ? ["/name", "/name/given", "/name/family"] : [`/${field}`];
  const wrong = pointers.map((pointer) => errorOf(error, pointer)).find(Boolean) ?? errorBeside(error, []);
  return (
    <EditableFact
      name={name}
      inputs={inputs}
      mayEdit={mayEdit}
      editing={editing}
      edit={() => edit(field)}
      save={(values, before) => save(values, entered(field, before))}
      done={close}
      error={overlap ? null : wrong}
      overlap={
        overlap && {
          theirs: shown(field, overlap.theirs),
          takeTheirs: close,
          keepMine: () => void save(mine, { [field]: overlap.theirs[field] }).then(close, () => undefined),
        }
      }
    >
      {shown(field, lead)}
    </EditableFact>
  );
}

/** What was entered, as the service takes it. */
function entered(field: LeadField, values: string[]): Partial<LeadChanges> {
  if (field === "name") return { name: { given: values[0]!.trim(), family: values[1]!.trim() } };
  return { [field]: values[0]!.trim() === "" ? null : values[0] };
}

function shown(field: LeadField, lead: LeadChanges): string | null {
  if (field === "name") return `${lead.name.given} ${lead.name.family}`.trim() || null;
  const value = lead[field];
  return value === null ? null : fieldValue(field, value);
}
