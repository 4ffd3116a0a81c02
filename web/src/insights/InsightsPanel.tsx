import { Loader } from "@mantine/core";
import {
  IconBuildingBank,
  IconCalendarDue,
  IconCoin,
  IconHeartHandshake,
  IconListCheck,
  IconMail,
  IconPhone,
  IconShield,
  IconSparkles,
  IconTargetArrow,
  IconThumbDown,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Whose } from "../timeline/queries";
import type { Source } from "../timeline/view";
import { NotShown } from "../ui/Fact";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { When } from "../ui/When";
import { enginesOf, type Group, grouped } from "./grouping";
import styles from "./Insights.module.css";
import { insightsOf } from "./queries";
import type { Insight, InsightKind } from "../api/schema";
import { useReading } from "./useReading";

const ICONS: Record<InsightKind, ReactNode> = {
  x_date: <IconCalendarDue />,
  current_carrier: <IconBuildingBank />,
  premium: <IconCoin />,
  line_of_business: <IconShield />,
  intent: <IconTargetArrow />,
  objection: <IconThumbDown />,
  next_step: <IconListCheck />,
  life_event: <IconHeartHandshake />,
};

const UNSURE = 0.7;

interface InsightsPanelProps {
  whose: Whose;
  /** The insight whose source is open in the timeline. */
  opened: Source | null;
  toggle: (insight: Source) => void;
  /** A call that was just logged, and is being read. */
  reading: string | null;
}

/** What the person said that matters, each with its words; one of them opens the place where they were said. */
export function InsightsPanel({ whose, opened, toggle, reading }: InsightsPanelProps) {
  const isReading = useReading(whose, reading);
  const insights = useQuery({
    ...insightsOf(whose),
    refetchInterval: isReading ? 2000 : false,
  });
  const groups = insights.data ? grouped(insights.data) : [];
  return (
    <div className={styles.panel}>
      {isReading && (
        <p className={styles.reading} role="status">
          <Loader size={14} /> Reading the call…
        </p>
      )}
      {insights.isError && insights.data && (
        <Stale error={insights.error} retry={() => void insights.refetch()} />
      )}
      {insights.isPending ? (
        <Lines count={5} label="Loading insights" />
      ) : insights.isError && !insights.data ? (
        <Failed error={insights.error} retry={() => void insights.refetch()} what="list" />
      ) : groups.length === 0 ? (
        !isReading && (
          <Empty icon={<IconSparkles />} title="No insights yet">
            What calls and emails tell of X-dates, carriers, premiums and plans appears here, with the words
            that say so.
          </Empty>
        )
      ) : (
        <>
          {groups.map((group) => (
            <OneGroup key={group.kind} group={group} opened={opened} toggle={toggle} />
          ))}
          <Engines insights={insights.data ?? []} />
        </>
      )}
    </div>
  );
}

function OneGroup({
  group: { kind, title, standing, superseded },
  opened,
  toggle,
}: { group: Group } & Pick<InsightsPanelProps, "opened" | "toggle">) {
  const [all, setAll] = useState(false);
  const unfolded = all || superseded.some(({ id }) => id === opened?.id);
  const row = (insight: Insight, quiet: boolean) => (
    <li key={insight.id}>
      <Row insight={insight} title={title} quiet={quiet} open={insight.id === opened?.id} toggle={toggle} />
    </li>
  );
  return (
    <section className={styles.group}>
      <h3>
        <span aria-hidden="true">{ICONS[kind]}</span>
        {title}
      </h3>
      <ul>
        {standing.map((each) => row(each, false))}
        {unfolded && superseded.map((each) => row(each, true))}
      </ul>
      {superseded.length > 0 && (
        <button
          type="button"
          className={styles.earlier}
          aria-expanded={unfolded}
          onClick={() => setAll(!unfolded)}
        >
          {unfolded ? "Hide earlier" : `${superseded.length} earlier`}
        </button>
      )}
    </section>
  );
}

function Row({
  insight,
  title,
  quiet,
  open,
  toggle,
}: {
  insight: Insight;
  title: string;
  quiet: boolean;
  open: boolean;
  toggle: (source: Source) => void;
}) {
  const { display, quote, source_kind: kind, said_at: saidAt, confidence } = insight;
  const Icon = kind === "call" ? IconPhone : IconMail;
  const from = (
    <span className={styles.from}>
      <Icon size={13} aria-hidden="true" />
      <span className="visually-hidden">{kind === "call" ? "In a call" : "In an email"}</span>
      <When at={saidAt} />
      {confidence < UNSURE && <span className={styles.unsure}>not certain</span>}
    </span>
  );
  if (display === null || quote === null) {
    return (
      <div className={styles.insight} data-withheld data-quiet={quiet || undefined}>
        <NotShown />
        {from}
      </div>
    );
  }
  return (
    <button
      type="button"
      className={styles.insight}
      data-quiet={quiet || undefined}
      data-opens={insight.id}
      aria-pressed={open}
      onClick={() => toggle({ ...insight, quote, label: `${title}, ${display}` })}
    >
      <strong>{display}</strong>
      {quiet && <span className="visually-hidden"> (said earlier)</span>}
      <q>{quote}</q>
      {from}
    </button>
  );
}

function Engines({ insights }: { insights: readonly Insight[] }) {
  const engines = enginesOf(insights);
  const models = engines.filter((engine) => engine !== "offline");
  return (
    <p className={styles.engines}>
      {models.length === 0
        ? "Read by the offline engine: rules, without a model. It may miss things."
        : `Read by ${models.join(", ")}${engines.length > models.length ? " and the offline engine" : ""}.`}{" "}
      Check the words before you rely on them.
    </p>
  );
}
