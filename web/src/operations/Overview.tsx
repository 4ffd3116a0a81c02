import { IconAlertTriangle, IconArrowRight, IconCircleCheck, IconClock } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { ConsumerState, Outbox } from "../api/schema";
import { Chip } from "../ui/Chip";
import { duration } from "../ui/format";
import { Card } from "../ui/Page";
import { Lines } from "../ui/states";
import { When } from "../ui/When";
import { EVERY } from "./fromEach";
import { isTold, LATE_SECONDS, type Need, needsOf, type Told } from "./health";
import { atLeast, type JobNumbers } from "./jobs";
import styles from "./Overview.module.css";
import { SERVICES, serviceTitle } from "./services";
import { useTold } from "./useTold";

/** Every service at a glance: what needs a hand first, then how each is. Asked again every few seconds. */
export function Overview() {
  const { told, pending, at } = useTold();
  const needs = needsOf(told);
  return (
    // What scrolls can be reached by the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles.overview} aria-label="Overview" tabIndex={0}>
      <div className={styles.column}>
        {pending ? (
          <Lines count={8} label="Loading the overview" />
        ) : (
          <>
            <Verdict needs={needs} told={told} at={at} />
            <div className={styles.services}>
              {told.map((each) => (
                <Service key={each.service} told={each} needs={needs} />
              ))}
            </div>
          </>
        )}
      </div>
    </section>
  );
}

function Verdict({ needs, told, at }: { needs: readonly Need[]; told: readonly Told[]; at: number | null }) {
  const bad = needs.some(({ tone }) => tone === "bad");
  const asked = told.filter((each) => !isTold(each)).length;
  const state = bad ? "bad" : needs.length > 0 ? "warn" : asked > 0 ? "asked" : "good";
  const Sign = { bad: IconAlertTriangle, warn: IconClock, asked: IconClock, good: IconCircleCheck }[state];
  const consumers = told.flatMap((each) => each.consumers ?? []).length;
  return (
    <section className={styles.verdict} data-state={state} aria-label="What needs a hand">
      <span className={styles.verdictSign} aria-hidden="true">
        <Sign size={24} stroke={1.6} />
      </span>
      <div className={styles.verdictHead}>
        <h2>
          {needs.length === 0
            ? asked > 0
              ? "The services are asked"
              : "All is well"
            : needs.length === 1
              ? "One thing needs a hand"
              : `${needs.length} things need a hand`}
        </h2>
        <p>
          {asked > 0 && `${told.length - asked} of ${told.length} have told all so far. `}
          {state === "good" &&
            `Six services answer, ${consumers === 1 ? "one line of events is" : `${consumers} lines of events are`} read to the end, nothing is held up. `}
          <Freshness at={at} />
        </p>
      </div>
      {needs.length > 0 && (
        <ul className={styles.needs}>
          {needs.map(({ key, tone, title, words, look }) => (
            <li key={key} data-tone={tone}>
              <div>
                <strong>{title}</strong>
                <span>{words}</span>
              </div>
              {look && (
                <Link to="/operations" search={look} className={styles.look}>
                  Look at it
                  <span className="visually-hidden">: {title}</span>
                  <IconArrowRight size={15} aria-hidden="true" />
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** How old what is shown is, to the second: it is asked for again by itself. */
function Freshness({ at }: { at: number | null }) {
  const now = useSeconds();
  if (at === null) return null;
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  const late = seconds * 1000 > 3 * EVERY;
  return (
    <span className={styles.fresh} data-late={late || undefined}>
      {late
        ? `Not asked for ${duration(seconds)}.`
        : `Checked ${seconds < 2 ? "just now" : `${seconds} s ago`}.`}
    </span>
  );
}

function Service({ told, needs }: { told: Told; needs: readonly Need[] }) {
  const { service, silent, consumers, outbox, jobs } = told;
  const mine = needs.filter(({ key }) => key.startsWith(`${service} `));
  const state = silent
    ? (["bad", "Away"] as const)
    : mine.some(({ tone }) => tone === "bad")
      ? (["bad", "Needs a hand"] as const)
      : mine.length > 0
        ? (["warn", "Behind"] as const)
        : null;
  return (
    <div className={styles.service} data-stale={silent !== null || undefined}>
      <Card
        title={SERVICES[service]}
        actions={
          state ? (
            <Chip tone={state[0]}>{state[1]}</Chip>
          ) : (
            <span className={styles.calm}>{isTold(told) ? "Well" : "Not told yet"}</span>
          )
        }
      >
        {silent && (
          <p className={styles.silent}>
            {silent.since === null ? (
              "It does not answer, and has told nothing since this page is open."
            ) : (
              <>
                It does not answer. What it told last, <When at={new Date(silent.since).toISOString()} />:
              </>
            )}
          </p>
        )}
        {byConsumer(consumers ?? []).map(([consumer, sources]) => (
          <div key={consumer} className={styles.consumer}>
            <h3>{consumer}</h3>
            <ul aria-label={`What ${consumer} reads`}>
              {sources.map((each) => (
                <SourceRow key={each.source} state={each} />
              ))}
            </ul>
          </div>
        ))}
        <dl className={styles.figures}>
          {outbox && <OutboxFigure outbox={outbox} />}
          {jobs && <JobsFigure jobs={jobs} />}
        </dl>
      </Card>
    </div>
  );
}

function byConsumer(consumers: readonly ConsumerState[]): [string, ConsumerState[]][] {
  const found = new Map<string, ConsumerState[]>();
  for (const each of consumers) found.set(each.consumer, [...(found.get(each.consumer) ?? []), each]);
  return [...found];
}

function SourceRow({ state }: { state: ConsumerState }) {
  const {
    source,
    parked,
    held_up: heldUp,
    fault,
    lag_events: events,
    lag_seconds: seconds,
    moved_at: moved,
  } = state;
  const stands = (fault ?? heldUp) !== null;
  return (
    <li>
      <span>
        {serviceTitle(source)}
        {moved && (
          <small>
            last event <When at={moved} />
          </small>
        )}
      </span>
      <span className={styles.standing}>
        {parked > 0 && <Chip tone="bad">{parked.toLocaleString("en-US")} held up</Chip>}
        {stands ? (
          <Chip tone="bad">Stands still</Chip>
        ) : events === 0 ? (
          <span className={styles.calm}>Up to date</span>
        ) : events !== null ? (
          <span className={(seconds ?? 0) > LATE_SECONDS ? styles.behind : styles.onTheirWay}>
            {events.toLocaleString("en-US")} {events === 1 ? "event" : "events"}, {duration(seconds ?? 0)}{" "}
            behind
          </span>
        ) : null}
      </span>
    </li>
  );
}

function OutboxFigure({ outbox: { published, waiting, oldest_seconds: seconds } }: { outbox: Outbox }) {
  return (
    <div>
      <dt>Own events</dt>
      <dd>
        {waiting === 0 ? (
          published === 0 ? (
            "None yet"
          ) : (
            `${published.toLocaleString("en-US")}, all published`
          )
        ) : (
          <span className={styles.behind}>
            {waiting.toLocaleString("en-US")} to be published, the oldest for {duration(seconds)}
          </span>
        )}
      </dd>
    </div>
  );
}

function JobsFigure({ jobs: { waiting, moreWaiting, running, failed, moreFailed } }: { jobs: JobNumbers }) {
  const parts = [
    running > 0 && `${running} running`,
    waiting > 0 && `${atLeast(waiting, moreWaiting)} waiting`,
  ].filter(Boolean);
  return (
    <div>
      <dt>Jobs</dt>
      <dd>
        {failed > 0 && <span className={styles.failed}>{atLeast(failed, moreFailed)} failed</span>}
        {failed > 0 && parts.length > 0 && ", "}
        {parts.length > 0 ? parts.join(", ") : failed === 0 && "None to be done"}
      </dd>
    </div>
  );
}

/** The present, to the second; milliseconds since the epoch. */
function useSeconds(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
