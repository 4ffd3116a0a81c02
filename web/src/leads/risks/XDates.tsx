import { ActionIcon, Button, Modal, NativeSelect, TextInput } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { LeadXDate, LineOfBusiness } from "../../api/schema";
import { errorOf } from "../../ui/errors";
import { FormActions, Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { day, words } from "../../ui/format";
import { Failed, Lines, Stale } from "../../ui/states";
import { linesOfBusiness } from "../lines";
import { amountInWords, minorOf, written } from "../sources/words";
import { useSetXDate, xDatesOf } from "./queries";
import part from "../Part.module.css";
import styles from "./Risks.module.css";

interface XDatesProps {
  leadId: string;
  mayWrite: boolean;
  /** What a premium is in that is entered. */
  currency: string;
}

/** When policies expire, each with its line and its carrier. The lead's own X-date is the next of them. */
export function XDates({ leadId, mayWrite, currency }: XDatesProps) {
  const { data, error, refetch } = useQuery(xDatesOf(leadId));
  const [opened, setOpened] = useState<{ known: LeadXDate | null } | null>(null);
  const close = () => setOpened(null);
  return (
    <section className={part.part} aria-label="X-dates">
      <h3>X-dates</h3>
      {error && data && <Stale error={error} retry={() => void refetch()} />}
      {data === undefined ? (
        error ? (
          <Failed error={error} retry={() => void refetch()} what="X-dates" />
        ) : (
          <Lines count={1} label="Loading the X-dates" />
        )
      ) : data.length === 0 ? (
        <p className={part.none}>No X-date is known.</p>
      ) : (
        <ul className={styles.cards}>
          {data.map((known) => (
            <li key={`${known.lead_id} ${known.line_of_business} ${known.x_date}`} className={styles.card}>
              <div>
                <strong>
                  {known.line_of_business ? words(known.line_of_business) : "Line not known"}:{" "}
                  {day(known.x_date)}
                </strong>
                <small>
                  {[known.carrier ?? "Carrier not known", known.premium && amountInWords(known.premium)]
                    .filter(Boolean)
                    .join(" · ")}
                </small>
                {known.lead_id !== leadId && <small>Known before the merge</small>}
              </div>
              {mayWrite && known.lead_id === leadId && (
                <ActionIcon
                  variant="subtle"
                  aria-label={`Change the X-date of ${known.line_of_business ?? "an unknown line"}`}
                  onClick={() => setOpened({ known })}
                >
                  <IconPencil size={16} aria-hidden="true" />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayWrite && (
        <div className={styles.add}>
          <Button size="compact-sm" variant="default" onClick={() => setOpened({ known: null })}>
            Add X-date
          </Button>
        </div>
      )}
      <Modal
        opened={opened !== null}
        onClose={close}
        title={opened?.known ? "Change the X-date" : "Add an X-date"}
        size={440}
      >
        {opened && <Form leadId={leadId} known={opened.known} currency={currency} close={close} />}
      </Modal>
    </section>
  );
}

interface FormProps {
  leadId: string;
  known: LeadXDate | null;
  currency: string;
  close: () => void;
}

function Form({ leadId, known, currency, close }: FormProps) {
  const [line, setLine] = useState<LineOfBusiness>(known?.line_of_business ?? "auto");
  const [date, setDate] = useState(known?.x_date ?? "");
  const [carrier, setCarrier] = useState(known?.carrier ?? "");
  const [premium, setPremium] = useState(written(known?.premium));
  const setting = useSetXDate(leadId);
  const minor = minorOf(premium);
  const wrong = premium.trim() !== "" && minor === null ? "An amount like 1240.00" : null;
  const save = (day: string | null) =>
    setting.mutate(
      {
        line,
        x_date: day,
        carrier: carrier.trim() || null,
        premium: minor === null ? null : { minor, currency: known?.premium?.currency ?? currency },
      },
      { onSuccess: close },
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (date !== "" && wrong === null) save(date);
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <Wrong error={setting.error} fields={["/x_date", "/carrier", "/premium/minor"]} />
      <div className={form.pair}>
        <NativeSelect
          label="Line"
          value={line}
          disabled={known?.by_line ?? false}
          onChange={(event) => setLine(event.currentTarget.value as LineOfBusiness)}
          data={linesOfBusiness.map((value) => ({ value, label: words(value) }))}
        />
        <TextInput
          label="Expires on"
          type="date"
          required
          value={date}
          onChange={(event) => setDate(event.currentTarget.value)}
          error={errorOf(setting.error, "/x_date")}
          data-autofocus
        />
        <TextInput
          label="Carrier"
          maxLength={200}
          value={carrier}
          onChange={(event) => setCarrier(event.currentTarget.value)}
          error={errorOf(setting.error, "/carrier")}
        />
        <TextInput
          label="Premium a term"
          inputMode="decimal"
          value={premium}
          onChange={(event) => setPremium(event.currentTarget.value)}
          error={wrong ?? errorOf(setting.error, "/premium/minor")}
        />
      </div>
      <FormActions close={close}>
        {known?.by_line && (
          <Button color="red" variant="light" loading={setting.isPending} onClick={() => save(null)}>
            Clear
          </Button>
        )}
        <Button type="submit" loading={setting.isPending} disabled={date === ""}>
          Save
        </Button>
      </FormActions>
    </form>
  );
}
