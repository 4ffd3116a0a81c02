import { Button, CopyButton, Modal, NativeSelect, PasswordInput, TextInput } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, data } from "../../api/client";
import type { SetUp, SingleSignOnSettings } from "../../api/schema";
import { goToTest } from "../../session/singleSignOn";
import { useMayAdminister } from "../../session/session";
import { Chip } from "../../ui/Chip";
import { errorOf } from "../../ui/errors";
import { Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { words } from "../../ui/format";
import { Card } from "../../ui/Page";
import { Failed, Lines, Stale } from "../../ui/states";
import { failed, said } from "../../ui/toast";
import { When } from "../../ui/When";
import settings from "../Settings.module.css";
import styles from "./SingleSignOn.module.css";

const asked = queryOptions({
  queryKey: ["single-sign-on"],
  queryFn: ({ signal }) => data(api.GET("/api/v1/sessions/single-sign-on/settings", { signal })),
});

/** How the agency's people sign in by its own provider. Owners and admins alone see and change it. */
export function SingleSignOn() {
  return useMayAdminister() ? (
    <Settled />
  ) : (
    <Card title="Single sign-on">
      <p className={settings.words}>Owners and admins of the agency set up single sign-on.</p>
    </Card>
  );
}

function Settled() {
  const { data: settled, error, refetch } = useQuery(asked);
  if (!settled) {
    return error ? (
      <Failed error={error} retry={() => void refetch()} what="page" />
    ) : (
      <Lines count={8} label="Loading single sign-on" />
    );
  }
  return (
    <div className={styles.all}>
      {error && <Stale error={error} retry={() => void refetch()} />}
      <Card title="What your provider needs to know">
        <div className={form.form}>
          <p className={settings.words}>
            Register GardenOS at your OpenID Connect provider as a web application, with this address to come
            back to. It must give the claims <code>email</code> and <code>email_verified</code>.
          </p>
          <Copied what="the address to come back to" text={settled.callback} />
          <p className={settings.words}>Your people begin here, or by their work email where they sign in:</p>
          <Copied what="the link for your people" text={settled.link} />
        </div>
      </Card>
      {/* A form that is filled in is not pulled from under somebody by what is read anew. */}
      <Form key={settled.version} settled={settled} />
    </div>
  );
}

function Copied({ what, text }: { what: string; text: string }) {
  return (
    <div className={styles.copied}>
      <code>{text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            size="compact-md"
            leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            onClick={copy}
            aria-label={`Copy ${what}`}
          >
            {copied ? "Copied" : "Copy"}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}

const FIELDS = ["/issuer", "/client", "/secret", "/domains", "/joins_as"];
const NOBODY = "nobody";
const JOINS_AS = [
  { value: NOBODY, label: "Nobody: only who is here or invited" },
  ...(["agent", "manager", "viewer", "auditor"] as const).map((role) => ({
    value: role,
    label: `Whoever has such an address, as ${words(role).toLowerCase()}`,
  })),
];

const draftOf = ({ issuer, client, domains, joins_as, required }: SingleSignOnSettings) => ({
  issuer: issuer ?? "",
  client: client ?? "",
  secret: "",
  domains: domains.join(", "),
  joins_as: joins_as ?? NOBODY,
  required,
});

function Form({ settled }: { settled: SingleSignOnSettings }) {
  const before = draftOf(settled);
  const [now, setNow] = useState(before);
  const queries = useQueryClient();
  const change = (fields: Partial<typeof now>) => setNow({ ...now, ...fields });
  const isSet = settled.version > 0;
  const isTested = settled.tested_at !== null;
  const same = JSON.stringify(now) === JSON.stringify(before);
  const anotherProvider = now.issuer !== before.issuer || now.client !== before.client || now.secret !== "";
  const saving = useMutation({
    mutationFn: () => {
      const body: SetUp = {
        issuer: now.issuer.trim(),
        client: now.client.trim(),
        secret: now.secret === "" ? null : now.secret,
        domains: now.domains.split(/[\s,;]+/).filter((domain) => domain !== ""),
        // What is another provider's has passed no test yet.
        required: now.required && !anotherProvider,
        joins_as: now.joins_as === NOBODY ? null : (now.joins_as as SetUp["joins_as"]),
      };
      const params = { header: { "If-Match": `"${settled.version}"` } };
      return data(api.PUT("/api/v1/sessions/single-sign-on/settings", { body, params }));
    },
    onSuccess: (answer) => {
      queries.setQueryData(asked.queryKey, answer);
      said("Single sign-on is saved");
    },
  });
  const testing = useMutation({
    mutationFn: goToTest,
    onError: (error) => failed("The test did not begin", error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <Card title="Your provider">
      <form className={form.form} onSubmit={submit} aria-label="Your provider">
        {isSet && (
          <p>
            {isTested ? (
              <>
                <Chip tone="good">Works</Chip> Tested <When at={settled.tested_at!} />
              </>
            ) : (
              <>
                <Chip tone="warn">Not tested</Chip> Nobody signs in by it until a test has passed.
              </>
            )}
          </p>
        )}
        <Wrong error={saving.error} fields={FIELDS} />
        <TextInput
          label="Issuer"
          description="Your provider's address, as it calls itself."
          placeholder="https://login.example.com"
          type="url"
          required
          withAsterisk={false}
          maxLength={500}
          autoComplete="off"
          value={now.issuer}
          onChange={(event) => change({ issuer: event.currentTarget.value })}
          error={errorOf(saving.error, "/issuer")}
        />
        <div className={form.pair}>
          <TextInput
            label="Client ID"
            required
            withAsterisk={false}
            maxLength={500}
            autoComplete="off"
            value={now.client}
            onChange={(event) => change({ client: event.currentTarget.value })}
            error={errorOf(saving.error, "/client")}
          />
          <PasswordInput
            label="Client secret"
            placeholder={isSet ? "Kept, and never shown" : ""}
            required={!isSet}
            withAsterisk={false}
            maxLength={1000}
            autoComplete="off"
            visibilityToggleButtonProps={{ "aria-label": "Show or hide the secret" }}
            value={now.secret}
            onChange={(event) => change({ secret: event.currentTarget.value })}
            error={errorOf(saving.error, "/secret")}
          />
        </div>
        <TextInput
          label="Domains"
          description="Of the addresses that are taken, with commas between them."
          placeholder="example.com"
          required
          withAsterisk={false}
          autoComplete="off"
          value={now.domains}
          onChange={(event) => change({ domains: event.currentTarget.value })}
          error={errorOf(saving.error, "/domains")}
        />
        <NativeSelect
          label="Who joins unasked"
          data={JOINS_AS}
          value={now.joins_as}
          onChange={(event) => change({ joins_as: event.currentTarget.value as typeof now.joins_as })}
          error={errorOf(saving.error, "/joins_as")}
        />
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={now.required && !anotherProvider}
            disabled={!isTested || anotherProvider}
            onChange={(event) => change({ required: event.currentTarget.checked })}
          />
          <span>
            Require it
            <small>
              {isTested && !anotherProvider
                ? "Passwords are refused then, except of owners, who can help when your provider is away."
                : "Once a test has passed."}
            </small>
          </span>
        </label>
        <div className={styles.actions}>
          {isSet && <TurnOff settled={settled} />}
          <Button
            variant="default"
            disabled={!isSet || !same}
            loading={testing.isPending || testing.isSuccess}
            onClick={() => testing.mutate()}
          >
            Test it
          </Button>
          <Button type="submit" disabled={same} loading={saving.isPending}>
            Save
          </Button>
        </div>
        <p className={settings.words}>
          The test takes you to your provider and back. If it knows you by your own address here, you may sign
          in by it from then on, as an owner too.
        </p>
      </form>
    </Card>
  );
}

function TurnOff({ settled }: { settled: SingleSignOnSettings }) {
  const [opened, setOpened] = useState(false);
  const queries = useQueryClient();
  const removing = useMutation({
    mutationFn: async () => {
      const { response, error } = await api.DELETE("/api/v1/sessions/single-sign-on/settings", {});
      if (!response.ok) await data(Promise.resolve({ error, response, data: undefined }));
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: asked.queryKey });
      said("Single sign-on is turned off");
    },
    onError: (error) => failed("Single sign-on stays on", error),
  });
  return (
    <>
      <Button variant="default" className={styles.off} onClick={() => setOpened(true)}>
        Turn it off
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Turn single sign-on off?" size={460}>
        <div className={form.form}>
          <p>
            Everybody signs in with a password again; who joined by {settled.issuer} and has none cannot sign
            in any more. The secret is forgotten.
          </p>
          <div className={form.actions}>
            <Button variant="default" onClick={() => setOpened(false)} data-autofocus>
              Leave it on
            </Button>
            <Button color="red" loading={removing.isPending} onClick={() => removing.mutate()}>
              Turn it off
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}
