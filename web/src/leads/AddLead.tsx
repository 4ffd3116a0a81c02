import { Button, Modal, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useMemo, useState } from "react";
import { api, data, newKey } from "../api/client";
import { ChooseCampaign } from "../directory/ChooseCampaign";
import { useCampaigns, useUsers } from "../directory/queries";
import { useMe } from "../session/session";
import { errorBeside, errorOf } from "../ui/errors";
import form from "../ui/Form.module.css";
import { words } from "../ui/format";
import { said } from "../ui/toast";
import { type IfKnown, known, KnownAlready } from "./duplicates/KnownAlready";
import { linesOfBusiness } from "./lines";

const FIELDS = [
  "/name",
  "/name/given",
  "/name/family",
  "/email",
  "/phone",
  "/line_of_business",
  "/x_date",
  "/notes",
];

/** What is known of a lead before it is entered. */
export interface Begin {
  given: string;
  family: string;
  email: string;
}

interface AddLeadProps {
  opened: boolean;
  close: () => void;
  begin?: Begin;
}

/** Enters a lead by hand. What the service refuses stands at its field; nothing entered is lost. */
export function AddLead({ opened, close, begin }: AddLeadProps) {
  return (
    <Modal opened={opened} onClose={close} title="Add a lead" size={560}>
      <Form close={close} begin={begin} />
    </Modal>
  );
}

function Form({ close, begin }: Pick<AddLeadProps, "close" | "begin">) {
  const { user } = useMe();
  const users = useUsers();
  const campaigns = useCampaigns();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [lead, setLead] = useState({
    given: "",
    family: "",
    phone: "",
    email: "",
    line: "",
    carrier: "",
    xDate: "",
    campaign: "",
    owner: user.id,
    notes: "",
    ...begin,
  });
  // The same entries sent twice, by a second click or after a lost answer, are one lead.
  // eslint-disable-next-line react/exhaustive-deps
  const keys = useMemo(() => ({ refuse: newKey(), inquire: newKey(), anyway: newKey() }), [lead]);
  const adding = useMutation({
    mutationFn: (ifKnown: IfKnown) => {
      const campaign = campaigns.find((each) => each.id === lead.campaign);
      return data(
        api.POST("/api/v1/leads", {
          headers: { "Idempotency-Key": keys[ifKnown] },
          body: {
            name: { given: lead.given, family: lead.family },
            phone: lead.phone || null,
            email: lead.email || null,
            line_of_business: (lead.line || null) as (typeof linesOfBusiness)[number] | null,
            current_carrier: lead.carrier || null,
            x_date: lead.xDate || null,
            notes: lead.notes || null,
            source: campaign?.source ?? "entered by hand",
            campaign_id: lead.campaign || null,
            owner_id: lead.owner || null,
            if_known: ifKnown,
          },
        }),
      );
    },
    onSuccess: (added, ifKnown) => {
      void queries.invalidateQueries({ queryKey: ["leads"] });
      said(
        ifKnown === "inquire"
          ? `It is kept that ${added.display_name} asked once more`
          : `${added.display_name} is a lead now`,
      );
      void navigate({ to: "/leads/$leadId", params: { leadId: added.id } });
    },
  });
  const field = (name: keyof typeof lead) => ({
    value: lead[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setLead((now) => ({ ...now, [name]: value }));
    },
  });
  const isKnown = known(adding.error);
  const wrong = isKnown ? null : errorBeside(adding.error, FIELDS);
  const error = (pointer: string) => errorOf(adding.error, pointer);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate("refuse");
  };
  return (
    <form className={form.form} onSubmit={submit}>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <div className={form.pair}>
        <TextInput
          label="Given name"
          data-autofocus
          {...field("given")}
          error={error("/name/given") ?? error("/name")}
          autoComplete="off"
        />
        <TextInput
          label="Family name"
          {...field("family")}
          error={error("/name/family")}
          autoComplete="off"
        />
      </div>
      <div className={form.pair}>
        <TextInput label="Phone" type="tel" {...field("phone")} error={error("/phone")} autoComplete="off" />
        <TextInput
          label="Email"
          inputMode="email"
          {...field("email")}
          error={error("/email")}
          autoComplete="off"
        />
      </div>
      <div className={form.pair}>
        <NativeSelect
          label="Line of business"
          {...field("line")}
          data={[
            { value: "", label: "Not known" },
            ...linesOfBusiness.map((line) => ({ value: line, label: words(line) })),
          ]}
        />
        <ChooseCampaign
          value={lead.campaign}
          choose={(campaign) => setLead((now) => ({ ...now, campaign }))}
        />
      </div>
      <div className={form.pair}>
        <TextInput label="Current carrier" {...field("carrier")} autoComplete="off" />
        <TextInput label="X-date" type="date" {...field("xDate")} error={error("/x_date")} />
      </div>
      <NativeSelect
        label="Owner"
        {...field("owner")}
        data={[
          { value: user.id, label: "Me" },
          ...users
            .filter((each) => each.id !== user.id)
            .map((each) => ({ value: each.id, label: each.name })),
          { value: "", label: "Nobody: in the pool" },
        ]}
      />
      <Textarea label="Notes" autosize minRows={2} maxRows={8} {...field("notes")} error={error("/notes")} />
      {isKnown && (
        <KnownAlready problem={isKnown} busy={adding.isPending} add={(how) => adding.mutate(how)} />
      )}
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" loading={adding.isPending}>
          Add lead
        </Button>
      </div>
    </form>
  );
}
