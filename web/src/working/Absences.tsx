import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconPlaneDeparture } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Absence } from "../api/schema";
import { useNameOf, useUsers } from "../directory/queries";
import { Chip } from "../ui/Chip";
import { fromField, toField, zoneName } from "../ui/clock";
import { errorOf } from "../ui/errors";
import { FormActions, Wrong } from "../ui/Form";
import form from "../ui/Form.module.css";
import { moment } from "../ui/format";
import { Failed, Lines, Stale } from "../ui/states";
import { failed } from "../ui/toast";
import { useNow } from "../ui/When";
import { useZone } from "../ui/zone";
import { absencesOf, useCancelAbsence, usePlanAbsence } from "./queries";
import styles from "./Working.module.css";

interface AbsencesProps {
  userId: string;
  /** Whether who looks may plan and cancel them. */
  keeps: boolean;
  planning: boolean;
  plan: (open: boolean) => void;
}

/** When somebody is away and will be, and who covers for them. */
export function Absences({ userId, keeps, planning, plan }: AbsencesProps) {
  const { data, error, refetch } = useQuery(absencesOf(userId));
  const ask = () => void refetch();
  return (
    <>
      {error && data && <Stale error={error} retry={ask} />}
      {error && !data && <Failed error={error} retry={ask} what="list of absences" />}
      {!data && !error && <Lines count={2} label="Loading absences" />}
      {data?.length === 0 && <p className={styles.words}>None is planned.</p>}
      {data && data.length > 0 && (
        <ul className={styles.absences} aria-label="Absences">
          {data.map((absence) => (
            <One key={absence.id} absence={absence} keeps={keeps} />
          ))}
        </ul>
      )}
      {data && keeps && planning && <PlanForm userId={userId} close={() => plan(false)} />}
      {data && keeps && !planning && (
        <div className={styles.actions}>
          <Button
            variant="default"
            leftSection={<IconPlaneDeparture size={16} aria-hidden="true" />}
            onClick={() => plan(true)}
          >
            Plan an absence
          </Button>
        </div>
      )}
    </>
  );
}

function One({ absence, keeps }: { absence: Absence; keeps: boolean }) {
  const zone = useZone();
  const now = useNow();
  const nameOf = useNameOf();
  const cancelling = useCancelAbsence();
  const begun = Date.parse(absence.starts_at) <= now;
  const when = `${moment(absence.starts_at, zone)} to ${moment(absence.ends_at, zone)}`;
  const more = [
    absence.covered_by === null ? "Nobody covers" : `${nameOf(absence.covered_by)} covers`,
    ...(absence.note === null ? [] : [absence.note]),
  ];
  return (
    <li className={styles.absence}>
      <div className={styles.when}>
        <p>
          <strong>{when}</strong>
          {begun && <Chip tone="warn">Away now</Chip>}
        </p>
        <small>{more.join(" · ")}</small>
      </div>
      {keeps && (
        <Button
          variant="default"
          size="compact-md"
          loading={cancelling.isPending}
          aria-label={`${begun ? "Back already" : "Cancel"}: ${when}`}
          onClick={() =>
            cancelling.mutate(absence, {
              onError: (error) => failed("The absence could not be cancelled", error),
            })
          }
        >
          {begun ? "Back already" : "Cancel"}
        </Button>
      )}
    </li>
  );
}

const A_DAY = 86_400_000;

/** The beginning of the day after so many, as a field has it. */
const midnight = (days: number, zone: string) =>
  `${toField(new Date(Date.now() + days * A_DAY), zone).slice(0, 10)}T00:00`;

function PlanForm({ userId, close }: { userId: string; close: () => void }) {
  const zone = useZone();
  const users = useUsers();
  const planning = usePlanAbsence(userId);
  const [wanted, setWanted] = useState(() => ({
    from: midnight(1, zone),
    until: midnight(2, zone),
    by: "",
    note: "",
  }));
  const text = (name: keyof typeof wanted) => ({
    value: wanted[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setWanted((now) => ({ ...now, [name]: value })),
  });
  const starts = fromField(wanted.from, zone);
  const ends = fromField(wanted.until, zone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (starts === null || ends === null) return;
    planning.mutate(
      { starts_at: starts, ends_at: ends, covered_by: wanted.by || null, note: wanted.note.trim() || null },
      { onSuccess: close },
    );
  };
  const covering = users.filter(
    ({ id, active, role }) => active && id !== userId && role !== "viewer" && role !== "auditor",
  );
  return (
    <form className={form.form} onSubmit={submit} aria-label="Plan an absence">
      <Wrong error={planning.error} fields={["/starts_at", "/ends_at", "/covered_by", "/note"]} />
      <div className={form.pair}>
        <TextInput
          label="Away from"
          description={zoneName(zone)}
          type="datetime-local"
          required
          withAsterisk={false}
          data-autofocus
          {...text("from")}
          error={errorOf(planning.error, "/starts_at")}
        />
        <TextInput
          label="Back at"
          description={zoneName(zone)}
          type="datetime-local"
          required
          withAsterisk={false}
          {...text("until")}
          error={errorOf(planning.error, "/ends_at")}
        />
        <NativeSelect
          label="Who covers"
          description="Leads that nobody touched go to them."
          data={[
            { value: "", label: "Nobody: they go on by the rules" },
            ...covering.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          {...text("by")}
          error={errorOf(planning.error, "/covered_by")}
        />
        <TextInput
          label="Note"
          description="For them and who manages them."
          maxLength={200}
          {...text("note")}
          error={errorOf(planning.error, "/note")}
        />
      </div>
      <FormActions close={close}>
        <Button type="submit" loading={planning.isPending} disabled={starts === null || ends === null}>
          Plan it
        </Button>
      </FormActions>
    </form>
  );
}
