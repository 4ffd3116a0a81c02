import { Button, Checkbox, CopyButton, Textarea, TextInput } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { LeadSource } from "../../api/schema";
import settings from "../../settings/Settings.module.css";
import { errorBeside, errorOf } from "../../ui/errors";
import form from "../../ui/Form.module.css";
import { Card } from "../../ui/Page";
import { useChangeSource } from "./queries";
import styles from "./Sources.module.css";
import { FIELDS, FORM_FIELDS, listed, snippetOf } from "./words";

const POINTERS = ["/form/fields", "/form/required", "/form/origins"];

/** A form for the agency's own page: what it asks, what people agree to, where it may stand; the lines to put there, and how it looks. */
export function FormOnPage({ source }: { source: LeadSource }) {
  return (
    <div className={styles.panes}>
      <div className={styles.pane}>
        <Card title="What it asks">
          <Asks source={source} />
        </Card>
      </div>
      <div className={styles.pane}>
        <Card title="For your page">
          <Snippet address={source.form_address!} />
        </Card>
        <Card title="How it looks">
          <Preview source={source} />
        </Card>
      </div>
    </div>
  );
}

function Asks({ source }: { source: LeadSource }) {
  const [wanted, setWanted] = useState({ ...source.form!, origins: source.form!.origins?.join("\n") ?? "" });
  const saving = useChangeSource();
  const { error } = saving;
  const change = (more: Partial<typeof wanted>) => setWanted((now) => ({ ...now, ...more }));
  const ask = (name: string, asked: boolean) =>
    change({
      fields: FORM_FIELDS.filter((each) => (each === name ? asked : wanted.fields.includes(each))),
      required: (wanted.required ?? []).filter((each) => asked || each !== name),
    });
  const require = (name: string, required: boolean) =>
    change({
      required: FORM_FIELDS.filter((each) =>
        each === name ? required : (wanted.required ?? []).includes(each),
      ),
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate({ source, more: { form: { ...wanted, origins: listed(wanted.origins) } } });
  };
  const wrong = errorBeside(error, POINTERS);
  return (
    <form className={form.form} onSubmit={submit}>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <TextInput
        label="Heading"
        maxLength={500}
        value={wanted.heading ?? ""}
        onChange={(event) => change({ heading: event.currentTarget.value })}
      />
      <fieldset className={styles.group}>
        <legend>Fields</legend>
        {FORM_FIELDS.map((name) => (
          <div key={name} className={styles.boxes}>
            <Checkbox
              label={FIELDS[name]}
              checked={wanted.fields.includes(name)}
              onChange={(event) => ask(name, event.currentTarget.checked)}
            />
            {wanted.fields.includes(name) && (
              <Checkbox
                label="must be filled in"
                aria-label={`${FIELDS[name]} must be filled in`}
                checked={(wanted.required ?? []).includes(name)}
                onChange={(event) => require(name, event.currentTarget.checked)}
              />
            )}
          </div>
        ))}
        {errorOf(error, "/form/fields") && (
          <p role="alert" className={form.wrong}>
            {errorOf(error, "/form/fields")}
          </p>
        )}
      </fieldset>
      <Textarea
        label="Consent"
        description="What people agree to. It is kept with each inquiry word for word, as it stood when they ticked it."
        rows={5}
        resize="vertical"
        maxLength={10_000}
        value={wanted.consent_text ?? ""}
        onChange={(event) => change({ consent_text: event.currentTarget.value })}
      />
      <Checkbox
        label="Nothing is sent without consent"
        checked={wanted.consent_required ?? true}
        onChange={(event) => change({ consent_required: event.currentTarget.checked })}
      />
      <div className={form.pair}>
        <TextInput
          label="Button"
          required
          withAsterisk={false}
          maxLength={200}
          value={wanted.button ?? ""}
          onChange={(event) => change({ button: event.currentTarget.value })}
        />
        <TextInput
          label="Thanks"
          maxLength={500}
          value={wanted.thanks ?? ""}
          onChange={(event) => change({ thanks: event.currentTarget.value })}
        />
      </div>
      <Textarea
        label="Pages that may show it"
        description="Each by its origin, one a line: https://www.example.com"
        rows={3}
        resize="vertical"
        value={wanted.origins}
        onChange={(event) => change({ origins: event.currentTarget.value })}
        error={errorOf(error, "/form/origins")}
      />
      <div className={form.actions}>
        <Button type="submit" loading={saving.isPending}>
          Save the form
        </Button>
      </div>
    </form>
  );
}

function Snippet({ address }: { address: string }) {
  const snippet = snippetOf(location.origin, address);
  return (
    <div className={styles.pane}>
      <p className={settings.words}>
        Put this line where the form is to stand. It sets no cookie, and loads nothing of anybody else’s.
      </p>
      <p className={settings.link}>
        <code aria-label="The line for your page">{snippet}</code>
      </p>
      <CopyButton value={snippet}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            onClick={copy}
          >
            {copied ? "Copied" : "Copy the line"}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}

/** The form itself, by the script that pages load; nothing is sent from here. */
function Preview({ source }: { source: LeadSource }) {
  const place = useRef<HTMLDivElement>(null);
  const shown = source.active ? source.form_address : null;
  useEffect(() => {
    const here = place.current;
    if (!here || !shown) return;
    const script = document.createElement("script");
    script.src = "/api/v1/lead-forms/form.js";
    script.dataset.form = shown;
    script.dataset.preview = "";
    here.append(script);
    return () => here.replaceChildren();
  }, [shown]);
  return source.active ? (
    <div ref={place} className={styles.preview} />
  ) : (
    <p className={settings.words}>The source is switched off: pages show no form.</p>
  );
}
