import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import type { Lead, LeadField } from "../../api/schema";
import { useMe } from "../../session/session";
import { Chip } from "../../ui/Chip";
import { EditableFact, type Input } from "../../ui/EditableFact";
import { errorBeside } from "../../ui/errors";
import { Fact } from "../../ui/Fact";
import { NOTHING } from "../../ui/choosing";
import styles from "./Own.module.css";
import { useFill, useLeadFields, useTag } from "./queries";
import { entered, has, shown, tagsIn, written } from "./values";

/** A lead's tags, and what is known of it under the agency's own fields; each changed where it stands. */
export function OwnFacts({ lead, mayEdit }: { lead: Lead; mayEdit: boolean }) {
  const fields = useLeadFields().filter((field) => has(field, lead));
  const known = fields.length > FEW ? fields.filter(({ key }) => key in lead.fields) : fields;
  return (
    <>
      <Tags lead={lead} mayEdit={mayEdit} />
      {known.map((field) => (
        <OwnFact key={field.key} lead={lead} field={field} mayEdit={mayEdit && !field.retired} />
      ))}
      {mayEdit && fields.length > known.length && (
        <Others lead={lead} fields={fields.filter((field) => !known.includes(field))} />
      )}
    </>
  );
}

/** As many fields are shown though nothing is known of them; of more, those are found by name. */
const FEW = 20;
const FOUND = 10;

/** Fields of which nothing is known of this lead yet: who looks for one fills it in. */
function Others({ lead, fields }: { lead: Lead; fields: readonly LeadField[] }) {
  const [typed, setTyped] = useState("");
  const wanted = typed.trim().toLowerCase();
  const found = wanted === "" ? [] : fields.filter(({ label }) => label.toLowerCase().includes(wanted));
  return (
    <>
      <Fact name="Other fields">
        <TextInput
          aria-label="Find a field to fill in"
          placeholder={`Find one of ${fields.length}`}
          leftSection={<IconSearch size={15} aria-hidden="true" />}
          value={typed}
          maxLength={100}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <output className={styles.found}>
          {wanted !== "" && found.length === 0 && NOTHING}
          {found.length > FOUND && `${found.length - FOUND} more: type on`}
        </output>
      </Fact>
      {found.slice(0, FOUND).map((field) => (
        <OwnFact key={field.key} lead={lead} field={field} mayEdit />
      ))}
    </>
  );
}

function Tags({ lead, mayEdit }: { lead: Lead; mayEdit: boolean }) {
  const [editing, setEditing] = useState(false);
  const { mutateAsync: tag, error, reset } = useTag(lead.id);
  return (
    <EditableFact
      name="Tags"
      inputs={[{ label: "Tags, apart by commas", value: lead.tags.join(", ") }]}
      mayEdit={mayEdit}
      editing={editing}
      edit={() => setEditing(true)}
      save={async ([now = ""], [then = ""]) => {
        const [mine, before] = [tagsIn(now), tagsIn(then)];
        await tag({
          add: mine.filter((each) => !before.includes(each)),
          remove: before.filter((each) => !mine.includes(each)),
        });
      }}
      done={() => {
        reset();
        setEditing(false);
      }}
      error={errorBeside(error, [])}
    >
      {lead.tags.length > 0 ? (
        <span className={styles.tags}>
          {lead.tags.map((each) => (
            <Chip key={each}>{each}</Chip>
          ))}
        </span>
      ) : null}
    </EditableFact>
  );
}

/** What is known of a lead under one of the agency's own fields. */
export function OwnFact({ lead, field, mayEdit }: { lead: Lead; field: LeadField; mayEdit: boolean }) {
  const { agency } = useMe();
  const [editing, setEditing] = useState(false);
  const { mutateAsync: fill, error, reset } = useFill(lead.id);
  const value = lead.fields[field.key];
  return (
    <EditableFact
      name={field.label}
      inputs={[{ label: field.label, value: written(field.kind, value), ...inputOf(field) }]}
      mayEdit={mayEdit}
      editing={editing}
      edit={() => setEditing(true)}
      save={async ([text = ""]) => {
        await fill({ [field.key]: entered(field.kind, text) });
      }}
      done={() => {
        reset();
        setEditing(false);
      }}
      error={errorBeside(error, [])}
    >
      {shown(field.kind, value, agency.currency)}
    </EditableFact>
  );
}

function inputOf({ kind, options }: LeadField): Partial<Input> {
  if (kind === "date") return { kind: "date" };
  if (kind === "yes_no") {
    return {
      options: [
        { value: "", label: "Not known" },
        { value: "yes", label: "Yes" },
        { value: "no", label: "No" },
      ],
    };
  }
  if (kind === "choice") {
    return {
      options: [{ value: "", label: "Not known" }, ...options.map((each) => ({ value: each, label: each }))],
    };
  }
  return {};
}
