import { Autocomplete, Button, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { LeadSource, MappingPreview } from "../../api/schema";
import { Chip } from "../../ui/Chip";
import { errorBeside, errorOf } from "../../ui/errors";
import form from "../../ui/Form.module.css";
import { Card } from "../../ui/Page";
import { previewOf, useChangeSource } from "./queries";
import styles from "./Sources.module.css";
import { FIELDS } from "./words";

const PAUSE_MILLISECONDS = 300;

/** Where each of our fields stands in what is posted, tried at once on a sample. */
export function Mapping({ source }: { source: LeadSource }) {
  const [mapping, setMapping] = useState<Record<string, string>>(source.mapping);
  const [sample, setSample] = useState("");
  const [asked] = useDebouncedValue(sample, PAUSE_MILLISECONDS);
  const [by] = useDebouncedValue(mapping, PAUSE_MILLISECONDS);
  const preview = useQuery(previewOf(source, asked, by));
  const saving = useChangeSource();
  const byMail = source.kind === "mail";
  const map = (field: string, path: string) =>
    setMapping((now) =>
      Object.fromEntries(Object.entries({ ...now, [field]: path }).filter(([, each]) => each !== "")),
    );
  const changed = JSON.stringify(mapping) !== JSON.stringify(source.mapping);
  const found = sample.trim() ? preview.data : undefined;
  const wrong = errorBeside(saving.error, []);
  return (
    <div className={styles.panes}>
      <Card title="A sample">
        <div className={styles.pane}>
          <Textarea
            className={styles.sample}
            label={byMail ? "A mail" : "What the sender posts"}
            description={
              byMail
                ? "Paste one whole, with its headers, or its text alone. It is tried, and not kept."
                : "Paste one post: JSON, XML or a form. It is tried, and not kept."
            }
            rows={14}
            resize="vertical"
            maxLength={256_000}
            spellCheck={false}
            value={sample}
            onChange={(event) => setSample(event.currentTarget.value)}
            error={sample.trim() ? errorOf(preview.error, "/sample") : null}
          />
          {found && <Understood preview={found} />}
        </div>
      </Card>
      <Card title="Our fields">
        <p className={styles.understood}>
          A field that is left empty is known by its usual names. Write the path of it where that is not
          enough
          {byMail && (
            <>
              ; who sent a mail, and what it is about, are the lead’s only where you say so:{" "}
              <code>mail.reply_to</code>, <code>mail.text</code>
            </>
          )}
          .
        </p>
        <form
          className={form.form}
          onSubmit={(event) => {
            event.preventDefault();
            saving.mutate({ source, more: { mapping } });
          }}
        >
          {wrong && (
            <p role="alert" className={form.wrong}>
              {wrong}
            </p>
          )}
          <div className={styles.fields}>
            {Object.entries(FIELDS)
              .filter(([field]) => !byMail || field !== "ping_id")
              .map(([field, label]) => (
                <Autocomplete
                  key={field}
                  label={label}
                  placeholder={placeholderOf(field, found)}
                  data={[...new Set((found?.leaves ?? []).map(({ path }) => path))]}
                  limit={30}
                  maxLength={300}
                  value={mapping[field] ?? ""}
                  onChange={(path) => map(field, path)}
                  description={found?.fields.find((each) => each.field === field)?.value ?? undefined}
                  error={errorOf(saving.error, `/mapping/${field}`)}
                />
              ))}
          </div>
          <div className={form.actions}>
            <Button type="submit" disabled={!changed} loading={saving.isPending}>
              Save the mapping
            </Button>
          </div>
        </form>
      </Card>
    </div>
  );
}

/** The path at which a field was found by its name. */
function placeholderOf(field: string, preview: MappingPreview | undefined): string {
  return preview?.fields.find((each) => each.field === field && !each.mapped)?.path ?? "";
}

function Understood({ preview }: { preview: MappingPreview }) {
  return (
    <div role="status" className={styles.pane}>
      <p>
        {preview.fits ? (
          <Chip tone="good">It becomes a lead</Chip>
        ) : preview.not_read !== null ? (
          <Chip tone="warn">It is not read</Chip>
        ) : (
          <Chip tone="warn">It is held, to be mended</Chip>
        )}
      </p>
      {preview.not_read !== null && <p className={styles.understood}>{preview.not_read}</p>}
      <ReadFields preview={preview} />
    </div>
  );
}

/** What each of our fields was taken from, and what could not be. */
export function ReadFields({ preview }: { preview: MappingPreview }) {
  return (
    <>
      <dl className={styles.facts}>
        {preview.fields.map(({ field, path, value }) => (
          <div key={field} style={{ display: "contents" }}>
            <dt>{FIELDS[field] ?? field}</dt>
            <dd>
              {value ?? "cannot be read"} <small className={styles.understood}>from {path}</small>
            </dd>
          </div>
        ))}
      </dl>
      {preview.remarks.length > 0 && (
        <ul className={form.effects}>
          {preview.remarks.map(({ field, detail }) => (
            <li key={`${field} ${detail}`}>{field ? `${FIELDS[field] ?? field}: ${detail}` : detail}</li>
          ))}
        </ul>
      )}
    </>
  );
}
