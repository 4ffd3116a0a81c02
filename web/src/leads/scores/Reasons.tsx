import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { LeadScore, Scored, ScoreReason } from "../../api/schema";
import { Failed, Lines, Stale } from "../../ui/states";
import { Unfold } from "../../ui/Unfold";
import { When } from "../../ui/When";
import { scoreOf } from "./queries";
import part from "../Part.module.css";
import styles from "./Reasons.module.css";
import { Score } from "./Score";

const TOP = 5;

/** Why a lead has the score that it has: what weighs most for it and against it, and how it came to be that. */
export function Reasons({ leadId }: { leadId: string }) {
  const { data, error, isPending, refetch } = useQuery(scoreOf(leadId));
  const again = () => void refetch();
  return (
    <section className={part.part} aria-label="Score">
      <div className={styles.head}>
        <h3>Score</h3>
        {data?.current && <Score score={data.current.score} />}
      </div>
      {error && data !== undefined && <Stale error={error} retry={again} />}
      {error && data === undefined && <Failed error={error} retry={again} what="score" />}
      {isPending && <Lines count={3} label="Loading the score" />}
      {data !== undefined &&
        (data?.current ? (
          <Told told={data} current={data.current} />
        ) : (
          <p className={styles.note}>
            {data?.ended ? "It had ended before it was scored." : "Not scored yet; that takes a moment."}
          </p>
        ))}
    </section>
  );
}

function Told({ told, current }: { told: LeadScore; current: Scored }) {
  const [all, setAll] = useState(false);
  const list = useId();
  const reasons = all ? current.reasons : current.reasons.slice(0, TOP);
  const more = current.reasons.length - TOP;
  return (
    <>
      <p className={styles.note}>
        {current.fit} for who they are, {inWords(current.behaviour)} for what they do
        {told.ended && "; as it was before the lead ended"}. A guide, no verdict.
      </p>
      <ul className={styles.reasons} id={list}>
        {reasons.map((reason) => (
          <Reason key={reason.key} reason={reason} />
        ))}
      </ul>
      {more > 0 && (
        <Unfold open={all} setOpen={setAll} controls={list}>
          {more === 1 ? "One more reason" : `${more} more reasons`}
        </Unfold>
      )}
      {told.history.length > 1 && <History history={told.history} />}
    </>
  );
}

function Reason({ reason: { points, words } }: { reason: ScoreReason }) {
  return (
    <li>
      <span className={styles.points} data-for={points > 0}>
        <span className="visually-hidden">{points > 0 ? "for it " : "against it "}</span>
        {inWords(points)}
      </span>
      <span>{words}</span>
    </li>
  );
}

function History({ history }: { history: readonly Scored[] }) {
  const [open, setOpen] = useState(false);
  const list = useId();
  return (
    <div>
      <Unfold open={open} setOpen={setOpen} controls={open ? list : undefined}>
        How it changed
      </Unfold>
      {open && (
        <ol className={styles.history} id={list}>
          {history.map((each, at) => (
            <li key={each.number}>
              <strong>
                {each.previous_score === null ? each.score : `${each.previous_score} → ${each.score}`}
              </strong>{" "}
              <When at={each.as_of} />
              {difference(each, history[at + 1]) && <> · {difference(each, history[at + 1])}</>}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** What is counted that was not before, and what is no more. */
export function difference(now: Scored, before: Scored | undefined): string {
  if (before === undefined) return "";
  const had = new Map(before.reasons.map(({ key, points }) => [key, points]));
  const has = new Map(now.reasons.map(({ key, points }) => [key, points]));
  const come = now.reasons.filter(({ key, points }) => key !== "limit" && had.get(key) !== points);
  const gone = before.reasons.filter(({ key }) => key !== "limit" && !has.has(key));
  return [
    ...come.map(({ words, points }) => `${words} ${inWords(points)}`),
    ...gone.map(({ words }) => `no more: ${words}`),
  ].join(", ");
}

/** Points with their sign, as people write it. */
export const inWords = (points: number): string =>
  points > 0 ? `+${points}` : String(points).replace("-", "−");
