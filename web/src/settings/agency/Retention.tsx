import { NativeSelect } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, data } from "../../api/client";
import type { Agency, LeadRetention } from "../../api/schema";
import { useMayAdminister } from "../../session/session";
import { errorOf } from "../../ui/errors";
import form from "../../ui/Form.module.css";
import { day } from "../../ui/format";
import { Card } from "../../ui/Page";
import { Failed } from "../../ui/states";
import { MONTHS, monthsInWords } from "./agency";
import styles from "./AgencySettings.module.css";

type Kept = Agency["retention"];

interface Props {
  kept: Kept;
  /** What is in force, whatever is chosen. */
  inForce: Kept;
  change: (retention: Kept) => void;
  error: unknown;
}

/** For how long people are kept: what is chosen, whom it would concern, and what is announced. */
export function Retention({ kept, inForce, change, error }: Props) {
  const mayChange = useMayAdminister();
  return (
    <Card title="How long things are kept">
      <div className={form.form}>
        <p className={styles.words}>
          Leads that were lost or removed for longer than this are forgotten, for good: announced here and by
          mail to owners and admins a week before, then in the night. Who is worked again, spoken with or
          planned for meanwhile stays, and so does everybody who became a client. Keep them for good while
          anything must be held for a lawsuit.
        </p>
        {mayChange && <Announced />}
        <NativeSelect
          label="Leads that were lost or removed"
          description="Since they were, or since anybody was in touch."
          data={monthsWith(kept.closed_leads_months ?? null)}
          value={String(kept.closed_leads_months ?? null)}
          onChange={(event) => change({ ...kept, closed_leads_months: monthsOf(event.currentTarget.value) })}
          error={errorOf(error, "/retention/closed_leads_months")}
        />
        {mayChange && kept.closed_leads_months != null && (
          <Concerned
            months={kept.closed_leads_months}
            chosen={kept.closed_leads_months !== inForce.closed_leads_months}
          />
        )}
        <NativeSelect
          label="Mail and posts as they came"
          description="Originals with what was attached, what vendors and forms posted, and mail of people nobody knows. Without an announcement."
          data={monthsWith(kept.conversations_months ?? null)}
          value={String(kept.conversations_months ?? null)}
          onChange={(event) => change({ ...kept, conversations_months: monthsOf(event.currentTarget.value) })}
          error={errorOf(error, "/retention/conversations_months")}
        />
        <p className={styles.words}>
          Calls and messages of a lead or client are theirs: they stay as long as the person does, and go with
          them.
        </p>
      </div>
    </Card>
  );
}

const retentionOf = (months?: number) =>
  queryOptions({
    queryKey: ["lead-retention", months ?? null],
    queryFn: ({ signal }): Promise<LeadRetention> =>
      data(api.GET("/api/v1/leads/retention", { params: { query: { months } }, signal })),
  });

/** Whom a rule would concern today. */
function Concerned({ months, chosen }: { months: number; chosen: boolean }) {
  const { data, error, refetch } = useQuery(retentionOf(months));
  if (error) return <Failed error={error} retry={() => void refetch()} what="count" />;
  const leads = data && inWords(data.leads);
  return (
    <p className={styles.words} aria-live="polite">
      {!data ? (
        "Counting…"
      ) : data.leads === 0 ? (
        "No lead is kept longer than that today."
      ) : (
        <>
          {leads} {data.leads === 1 ? "is" : "are"} kept longer than that today
          {chosen ? ", and would be announced in the night after you save. " : ". "}
          <Link to="/leads" search={{ filter: closedBefore(data.closed_before!) }}>
            Look at them
          </Link>
        </>
      )}
    </p>
  );
}

/** What is to happen, and when. */
function Announced() {
  const { data } = useQuery(retentionOf());
  if (!data?.announced) return null;
  const { forget_on, leads, months } = data.announced;
  return (
    <p className={styles.announced} role="status">
      <strong>
        In the night to {day(forget_on)}, {inWords(leads).toLowerCase()} will be forgotten
      </strong>
      , kept for more than {monthsInWords(months).toLowerCase()}.{" "}
      <Link to="/leads" search={{ filter: closedBefore(data.announced.closed_before) }}>
        Look at them
      </Link>
    </p>
  );
}

const inWords = (leads: number): string =>
  `${leads.toLocaleString("en-US")} ${leads === 1 ? "lead" : "leads"}`;

/** Whoever the rule means: the leads service says in one place who is closed, and since when. */
const closedBefore = (moment: string) => ({
  all: [{ field: "closed_since", op: "before", value: moment.slice(0, 10) }],
});

const monthsOf = (value: string): number | null => (value === "null" ? null : Number(value));

/** What there is to choose, with what is set, whatever it is. */
const monthsWith = (set: number | null) =>
  [...new Set([...MONTHS, set])]
    .toSorted((one, other) => (one ?? 0) - (other ?? 0))
    .map((months) => ({ value: String(months), label: monthsInWords(months) }));
