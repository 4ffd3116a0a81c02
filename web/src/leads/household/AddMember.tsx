import {
  Button,
  Combobox,
  Modal,
  NativeSelect,
  SegmentedControl,
  TextInput,
  useCombobox,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useMemo, useState } from "react";
import { newKey } from "../../api/client";
import type { Lead } from "../../api/schema";
import { errorOf } from "../../ui/errors";
import { FormActions, Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { Named } from "../../ui/Named";
import { said } from "../../ui/toast";
import { type IfKnown, known, KnownAlready } from "../duplicates/KnownAlready";
import part from "../Part.module.css";
import styles from "./Household.module.css";
import { householdOf, leadsCalled, useNewMember, useSameHousehold } from "./queries";
import { RELATIONSHIPS, relationshipOf } from "./words";

interface AddMemberProps {
  lead: Lead;
  opened: boolean;
  close: () => void;
}

const HOW = [
  { value: "lead", label: "A lead" },
  { value: "new", label: "Somebody new" },
];

/** Who lives with a lead: somebody who is one already, or somebody new at the same address. */
export function AddMember({ lead, opened, close }: AddMemberProps) {
  const [how, setHow] = useState("lead");
  const [relationship, setRelationship] = useState("");
  return (
    <Modal opened={opened} onClose={close} title={`Who lives with ${lead.display_name}?`} size={480}>
      <div className={form.form}>
        <SegmentedControl aria-label="Who" data={HOW} value={how} onChange={setHow} fullWidth />
        <NativeSelect
          label="What they are in the household"
          data={[...RELATIONSHIPS]}
          value={relationship}
          onChange={(event) => setRelationship(event.currentTarget.value)}
        />
        {how === "lead" ? (
          <Choose lead={lead} relationship={relationship} close={close} />
        ) : (
          <Enter lead={lead} relationship={relationship} close={close} />
        )}
      </div>
    </Modal>
  );
}

interface FormProps {
  lead: Lead;
  relationship: string;
  close: () => void;
}

function Choose({ lead, relationship, close }: FormProps) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), 200);
  const { data, isFetching } = useQuery(leadsCalled(q));
  const { data: household } = useQuery(householdOf(lead.id));
  const together = useSameHousehold();
  // Always open; Escape closes the dialog.
  const combobox = useCombobox({ opened: true, onOpenedChange: (open) => !open && close() });
  const list = useId();
  const theirs = new Set([lead.id, ...(household?.members.map(({ id }) => id) ?? [])]);
  const shown = (q === "" ? [] : (data ?? [])).filter(
    ({ id, forgotten_at: at }) => !theirs.has(id) && at === null,
  );
  const choose = (id: string) => {
    const other = shown.find((each) => each.id === id);
    if (!other || together.isPending) return;
    together.mutate(
      { leadId: lead.id, otherIds: [id], relationship: relationshipOf(relationship) },
      {
        onSuccess: () => {
          said(`${other.display_name} is of this household`);
          close();
        },
      },
    );
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose} withinPortal={false}>
      <Combobox.EventsTarget withExpandedAttribute aria-expanded aria-controls={list}>
        <TextInput
          label="Lead"
          placeholder="Name, telephone number or email address"
          leftSection={<IconSearch size={16} aria-hidden="true" />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            combobox.updateSelectedOptionIndex();
          }}
          data-autofocus
        />
      </Combobox.EventsTarget>
      <Combobox.Options id={list} className={styles.options} aria-label="Leads">
        {shown.length === 0 && (
          <Combobox.Empty>
            {q === "" ? "Write whom to look for" : isFetching ? "Looking…" : "No other lead is called that"}
          </Combobox.Empty>
        )}
        {shown.map((other) => (
          <Combobox.Option key={other.id} value={other.id} className={styles.option}>
            <Named person={other} />
          </Combobox.Option>
        ))}
      </Combobox.Options>
    </Combobox>
  );
}

function Enter({ lead, relationship, close }: FormProps) {
  const [member, setMember] = useState({ given: "", family: lead.name.family, phone: "", email: "" });
  // The same entries sent twice are one lead.
  const keys = useMemo(
    () => ({ refuse: newKey(), inquire: newKey(), anyway: newKey() }),
    // eslint-disable-next-line react/exhaustive-deps
    [member, relationship],
  );
  const adding = useNewMember();
  const field = (name: keyof typeof member) => ({
    value: member[name],
    autoComplete: "off",
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setMember((now) => ({ ...now, [name]: value }));
    },
  });
  const add = (ifKnown: IfKnown) =>
    adding.mutate(
      {
        key: keys[ifKnown],
        body: {
          name: { given: member.given, family: member.family },
          phone: member.phone || null,
          email: member.email || null,
          street: lead.street,
          city: lead.city,
          postal_code: lead.postal_code,
          state: lead.state,
          source: "household",
          campaign_id: lead.campaign_id,
          lives_with_id: lead.id,
          relationship: relationshipOf(relationship),
          if_known: ifKnown,
        },
      },
      {
        onSuccess: (added) => {
          said(`${added.display_name} is a lead now, of this household`);
          close();
        },
      },
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add("refuse");
  };
  const isKnown = known(adding.error);
  const address = [lead.street, lead.city, lead.state, lead.postal_code].filter(Boolean).join(", ");
  const error = (pointer: string) => errorOf(adding.error, pointer);
  return (
    <form className={form.form} onSubmit={submit}>
      {!isKnown && (
        <Wrong error={adding.error} fields={["/name", "/name/given", "/name/family", "/phone", "/email"]} />
      )}
      <div className={form.pair}>
        <TextInput
          label="Given name"
          data-autofocus
          {...field("given")}
          error={error("/name/given") ?? error("/name")}
        />
        <TextInput label="Family name" {...field("family")} error={error("/name/family")} />
        <TextInput label="Phone" type="tel" {...field("phone")} error={error("/phone")} />
        <TextInput label="Email" inputMode="email" {...field("email")} error={error("/email")} />
      </div>
      <p className={part.none}>
        {address ? `They live at ${address}.` : "No address is known of this lead, so none is of theirs."}{" "}
        Whoever has this lead has them too.
      </p>
      {isKnown && <KnownAlready problem={isKnown} busy={adding.isPending} add={add} />}
      <FormActions close={close}>
        <Button type="submit" loading={adding.isPending}>
          Add lead
        </Button>
      </FormActions>
    </form>
  );
}
