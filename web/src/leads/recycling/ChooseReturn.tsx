import { NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { LeadXDate, LineOfBusiness, Recycle } from "../../api/schema";
import form from "../../ui/Form.module.css";
import { day, words } from "../../ui/format";
import { Failed, Lines } from "../../ui/states";
import { useZone } from "../../ui/zone";
import { linesOfBusiness } from "../lines";
import { xDatesOf } from "../risks/queries";
import { dayBefore, todayIn } from "./day";

/** When a lead comes back. */
export type Return = Pick<Recycle, "on" | "before_x_date">;

interface ChooseReturnProps {
  /** Whose X-dates there are to choose from; null: of many, each its own. */
  leadId: string | null;
  /** Told of what is chosen, what stands there at first as well; null as long as that is no day. The same each time. */
  choose: (chosen: Return | null) => void;
}

const USUAL_DAYS = "45";
const MOST_DAYS = 365;
type Months = 6 | 12;

/** Some days before one of a lead's X-dates, or a day; what that comes to is said. */
export function ChooseReturn({ leadId, choose }: ChooseReturnProps) {
  const { data, error, refetch } = useQuery({ ...xDatesOf(leadId ?? ""), enabled: leadId !== null });
  if (leadId === null) return <Chosen known={null} choose={choose} />;
  if (data) return <Chosen known={data.filter((each) => each.lead_id === leadId)} choose={choose} />;
  if (error) return <Failed error={error} retry={() => void refetch()} what="X-dates" />;
  return <Lines count={2} label="Loading the X-dates" />;
}

/** As the service calls the line of an X-date of which nobody said it. */
const lineOf = ({ line_of_business: line }: LeadXDate): LineOfBusiness => line ?? "other";

function Chosen({ known, choose }: { known: LeadXDate[] | null; choose: ChooseReturnProps["choose"] }) {
  const none = known?.length === 0;
  const today = todayIn(useZone());
  const [by, setBy] = useState<"x_date" | "day">(none ? "day" : "x_date");
  const [line, setLine] = useState<LineOfBusiness | "">(known?.[0] ? lineOf(known[0]) : "");
  const [days, setDays] = useState(USUAL_DAYS);
  const [months, setMonths] = useState<Months>(12);
  const [on, setOn] = useState("");
  const xDate = known?.find((each) => lineOf(each) === line)?.x_date;

  useEffect(() => choose(returnOf({ by, line, days, months, on }, today)), [
    by, choose, days, line, months, on, today,
  ]); // prettier-ignore

  const wrong = isDays(days) ? null : `Days from 0 to ${MOST_DAYS}`;
  const back = xDate && wrong === null ? dayBefore(xDate, { days: Number(days), months }, today) : null;
  const renewed = back !== null && xDate !== undefined && back > xDate;
  return (
    <>
      <SegmentedControl
        aria-label="When it comes back"
        data={[
          {
            value: "x_date",
            label: known === null ? "Before each one’s X-date" : "Before an X-date",
            disabled: none,
          },
          { value: "day", label: "On a day" },
        ]}
        value={by}
        onChange={(next) => setBy(next as typeof by)}
        fullWidth
      />
      {none && by === "day" && <p>No X-date of this lead is known.</p>}
      {by === "day" ? (
        <TextInput
          label="Comes back on"
          type="date"
          min={today}
          required
          value={on}
          error={on !== "" && on <= today && "Choose a day ahead"}
          onChange={(event) => setOn(event.currentTarget.value)}
        />
      ) : (
        <div className={form.pair}>
          <NativeSelect
            label={known === null ? "Of which line" : "X-date"}
            value={line}
            data={
              known === null
                ? [
                    { value: "", label: "Whichever is due first" },
                    ...linesOfBusiness.map((value) => ({ value, label: words(value) })),
                  ]
                : known.map((each) => ({
                    value: lineOf(each),
                    label: [words(lineOf(each)), day(each.x_date), each.carrier].filter(Boolean).join(", "),
                  }))
            }
            onChange={(event) => setLine(event.currentTarget.value as typeof line)}
          />
          <TextInput
            label="Days before"
            inputMode="numeric"
            value={days}
            error={wrong}
            onChange={(event) => setDays(event.currentTarget.value)}
          />
          {(renewed || known === null || months === 6) && (
            <NativeSelect
              label="The policy renews"
              value={String(months)}
              data={[
                { value: "12", label: "every year" },
                { value: "6", label: "every half year" },
              ]}
              onChange={(event) => setMonths(Number(event.currentTarget.value) as Months)}
            />
          )}
        </div>
      )}
      {by === "x_date" && back && (
        <p role="status">
          Comes back <strong>{day(back)}</strong>
          {renewed ? ", before the next renewal." : "."}
        </p>
      )}
    </>
  );
}

const isDays = (written: string): boolean => /^\d{1,3}$/.test(written.trim()) && Number(written) <= MOST_DAYS;

function returnOf(
  {
    by,
    line,
    days,
    months,
    on,
  }: { by: string; line: LineOfBusiness | ""; days: string; months: Months; on: string },
  today: string,
): Return | null {
  if (by === "day") return on > today ? { on } : null;
  if (!isDays(days)) return null;
  return {
    before_x_date: { line_of_business: line || null, days: Number(days), renews_every_months: months },
  };
}
