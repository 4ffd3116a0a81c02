import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Overlap } from "../api/edit";
import type { LineOfBusiness, PersonName } from "../api/schema";
import { linesOfBusiness } from "../leads/lines";
import { Address } from "../ui/Address";
import { EditableFact, type Input } from "../ui/EditableFact";
import { errorBeside, errorOf } from "../ui/errors";
import { NotShown } from "../ui/Fact";
import { words } from "../ui/format";
import { fieldName, fieldValue } from "./fields";

/** What is known of a lead or a client, as far as people change it. */
export interface Details {
  name: PersonName;
  email: string | null;
  phone: string | null;
  street: string | null;
  city: string | null;
  postal_code: string | null;
  state: string | null;
  birth_date: string | null;
  line_of_business: LineOfBusiness | null;
  current_carrier?: string | null;
  x_date?: string | null;
  notes?: string | null;
  /** The fields that the person's role does not see. */
  withheld?: string[] | null;
}

export type Field = Exclude<keyof Details, "withheld">;

const KINDS: Partial<Record<Field, Input["kind"]>> = {
  email: "email",
  phone: "tel",
  birth_date: "date",
  x_date: "date",
  notes: "long",
};

const LINES = [
  { value: "", label: "Not known" },
  ...linesOfBusiness.map((value) => ({ value, label: words(value) })),
];

interface PersonFactProps {
  /** The lead or client. */
  of: Details & { id: string };
  field: Field;
  mayEdit: boolean;
  editing: Field | null;
  edit: (field: Field | null) => void;
  /** Throws Overlap where somebody else changed the same, and ApiProblem. */
  change: (changes: Partial<Details>, before: Partial<Details>) => Promise<void>;
}

/** One fact of a person, changed where it stands. */
export function PersonFact({ of: person, field, mayEdit, editing, edit, change }: PersonFactProps) {
  const changing = useMutation({
    // One change of a person at a time: the next one needs the version that this one makes.
    scope: { id: `details of ${person.id}` },
    mutationFn: ({ values, before }: { values: string[]; before: Partial<Details> }) =>
      change(entered(field, values), before),
  });
  const [mine, setMine] = useState<string[]>([]);
  const close = () => {
    changing.reset();
    edit(null);
  };
  const { error } = changing;
  const overlap = error instanceof Overlap ? (error as Overlap<Details>) : null;
  const withheld = person.withheld?.includes(field) ?? false;
  const pointers = field === "name" ? ["/name", "/name/given", "/name/family"] : [`/${field}`];
  const wrong = pointers.map((pointer) => errorOf(error, pointer)).find(Boolean) ?? errorBeside(error, []);
  return (
    <EditableFact
      name={fieldName(field)}
      inputs={inputsOf(field, person)}
      mayEdit={mayEdit && !withheld}
      editing={editing === field && !withheld}
      edit={() => edit(field)}
      save={async (values, before) => {
        setMine(values);
        await changing.mutateAsync({ values, before: entered(field, before) });
      }}
      done={close}
      error={overlap ? null : wrong}
      overlap={
        overlap && {
          theirs: shown(field, overlap.theirs) ?? "nothing",
          takeTheirs: close,
          keepMine: () =>
            void changing
              .mutateAsync({ values: mine, before: { [field]: overlap.theirs[field] } })
              .then(close, () => undefined),
        }
      }
    >
      {withheld ? (
        <NotShown />
      ) : field === "email" && person.email ? (
        <Address>{person.email}</Address>
      ) : (
        shown(field, person)
      )}
    </EditableFact>
  );
}

function inputsOf(field: Field, person: Details): Input[] {
  if (field === "name") {
    return [
      { label: "Given name", value: person.name.given },
      { label: "Family name", value: person.name.family },
    ];
  }
  const options = field === "line_of_business" ? LINES : undefined;
  return [{ label: fieldName(field), value: person[field] ?? "", kind: KINDS[field], options }];
}

/** What was entered, as the service takes it. */
function entered(field: Field, values: readonly string[]): Partial<Details> {
  if (field === "name") return { name: { given: values[0]!.trim(), family: values[1]!.trim() } };
  return { [field]: values[0]!.trim() === "" ? null : values[0] };
}

function shown(field: Field, person: Details): string | null {
  if (field === "name") return `${person.name.given} ${person.name.family}`.trim() || null;
  const value = person[field];
  return value === null || value === undefined ? null : fieldValue(field, value);
}
