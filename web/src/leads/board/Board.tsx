import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconDotsVertical, IconRecycle } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { Lead, PipelineStage } from "../../api/schema";
import { useNameOf } from "../../directory/queries";
import { day, words } from "../../ui/format";
import { Failed, Lines, Stale } from "../../ui/states";
import type { LeadSearch } from "../filters";
import { InStage } from "../pipelines/InStage";
import { type Pipeline, usePipelines } from "../pipelines/queries";
import { useMoving } from "../pipelines/useMoving";
import { boardOf, leadList } from "../queries";
import { Score } from "../scores/Score";
import { isClosed, StageChip } from "../stage";
import { arrange, beside } from "./arrange";
import styles from "./Board.module.css";
import { useDrag } from "./drag";
import { Worth } from "./Worth";

interface BoardProps {
  search: LeadSearch;
  /** Whether cards can be moved, by those who may change leads. */
  mayMove: boolean;
}

const HELP = "board-help";

/** The leads of a list that go through one pipeline; the one of all lines without their own, where none is said. */
export function Board({ search, mayMove }: BoardProps) {
  const there = usePipelines();
  const pipeline = there.find(({ line }) => line === search.pipeline) ?? there[0]!;
  // As many columns as there are stages are asked for: others are another board.
  const stages = `${pipeline.line} ${pipeline.stages.map(({ key }) => key).join(" ")}`;
  return <Columns key={stages} pipeline={pipeline} search={search} mayMove={mayMove} />;
}

/**
 * A column for each stage. A card is moved by dragging, by its menu, by Shift and an arrow, or
 * by Space: that picks it up, arrows choose where to, and Space again puts it down. Won asks for the conversion, lost
 * for a reason.
 */
function Columns({ pipeline, search, mayMove }: BoardProps & { pipeline: Pipeline }) {
  const columns = useColumns(pipeline, search).filter(({ wanted }) => wanted);
  const totals = useQuery(boardOf({ ...search, pipeline: pipeline.line }));
  const totalOf = (key: string) => totals.data?.columns.find((column) => column.key === key);
  const stages = columns.map(({ stage }) => stage.key);
  const asked = columns.map(({ stage, leads }) => [stage.key, leads] as const);
  const shown = useArranged(asked);
  const stageBy = (key: string): PipelineStage => pipeline.stages.find((stage) => stage.key === key)!;
  const called = (key: string): string => stageBy(key).name;
  const [active, setActive] = useState<string | null>(null);
  const [held, setHeld] = useState<{ lead: Lead; over: string } | null>(null);
  const [said, say] = useState("");
  const board = useRef<HTMLDivElement>(null);
  const { start, recycle, dialogs } = useMoving();
  const navigate = useNavigate();

  const first = stages.map((stage) => shown[stage]?.[0]?.id).find((id) => id !== undefined) ?? null;
  const everyone = stages.flatMap((stage) => shown[stage] ?? []);
  const focusable = everyone.some(({ id }) => id === active) ? active : first;

  // A card that was moved is drawn anew in another column: whoever moved it by keyboard goes on from it.
  const following = useRef<{ id: string; to: string } | null>(null);
  useEffect(() => {
    const { id, to } = following.current ?? {};
    if (id === undefined || !shown[to!]?.some((lead) => lead.id === id)) return;
    following.current = null;
    cardOf(board.current, id)?.focus();
  }, [shown]);

  const focus = (id: string | undefined) => {
    if (id === undefined) return;
    setActive(id);
    cardOf(board.current, id)?.focus();
  };
  const put = (lead: Lead, stage: string) => {
    setHeld(null);
    if (!mayMove || stage === lead.stage_key) return;
    if (lead.stage === "won") {
      say(`${lead.display_name} was won and stays so`);
    } else if (start(lead, stageBy(stage)) === "moves") {
      say(`${lead.display_name} moved to ${called(stage)}`);
    }
  };
  const { dragged, handlers } = useDrag(board, put);

  const onKey = (event: KeyboardEvent, lead: Lead) => {
    const column = shown[lead.stage_key] ?? [];
    const at = column.findIndex(({ id }) => id === lead.id);
    const sideways = { ArrowLeft: -1, ArrowRight: 1 } as const;
    const by = sideways[event.key as keyof typeof sideways];
    const done = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (held) {
      if (by !== undefined) {
        done();
        const over = beside(stages, held.over, by) ?? held.over;
        setHeld({ ...held, over });
        say(`Over ${called(over)}`);
      } else if (event.key === " " || event.key === "Enter") {
        done();
        following.current = { id: held.lead.id, to: held.over };
        if (held.over === held.lead.stage_key) say(`${held.lead.display_name} stays in ${called(held.over)}`);
        put(held.lead, held.over);
      } else if (event.key === "Escape") {
        done();
        setHeld(null);
        say(`${held.lead.display_name} stays in ${called(held.lead.stage_key)}`);
      }
      return;
    }
    following.current = null;
    if (by !== undefined && event.shiftKey) {
      done();
      const to = beside(stages, lead.stage_key, by);
      if (to === null) return;
      following.current = { id: lead.id, to };
      put(lead, to);
    } else if (by !== undefined) {
      done();
      let next = beside(stages, lead.stage_key, by);
      while (next !== null && !shown[next]?.length) next = beside(stages, next, by);
      const there = next === null ? [] : shown[next]!;
      focus(there[Math.min(at, there.length - 1)]?.id);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      done();
      focus(column[at + (event.key === "ArrowDown" ? 1 : -1)]?.id);
    } else if (event.key === "Home" || event.key === "End") {
      done();
      focus(column.at(event.key === "Home" ? 0 : -1)?.id);
    } else if (event.key === " ") {
      done();
      if (!mayMove) return;
      setHeld({ lead, over: lead.stage_key });
      say(
        `${lead.display_name} picked up in ${called(lead.stage_key)}. Left and right choose where to, Space puts it down, Escape leaves it.`,
      );
    }
  };

  const over = dragged?.over ?? held?.over;
  return (
    <div className={styles.room}>
      <p id={HELP} className="visually-hidden">
        {mayMove
          ? "Arrows go from card to card, Enter opens one, Shift with left or right moves it, Space picks it up."
          : "Arrows go from card to card, Enter opens one."}
      </p>
      <p className="visually-hidden" role="status">
        {said}
      </p>
      <nav className={styles.tabs} aria-label="Stages">
        {stages.map((stage) => (
          <Button
            key={stage}
            variant="default"
            size="compact-md"
            onClick={() =>
              board.current
                ?.querySelector(`[data-stage="${stage}"]`)
                ?.scrollIntoView({ inline: "start", block: "nearest" })
            }
          >
            {called(stage)}
          </Button>
        ))}
      </nav>
      <div className={styles.board} ref={board}>
        {columns.map(({ query, stage: { key: stage, name, kind, probability } }) => {
          const leads = shown[stage] ?? [];
          const total = totalOf(stage);
          return (
            <section
              key={stage}
              className={styles.column}
              aria-label={name}
              data-stage={stage}
              data-over={over === stage || undefined}
            >
              <h2 className={styles.head}>
                <StageChip stage={kind} name={name} />
                {(total || !query.isPending) && (
                  <span className={styles.count} title={`${probability} % of them are won`}>
                    {total ? total.leads.toLocaleString("en-US") : leads.length}
                    {!total && query.hasNextPage && "+"}
                    <span className="visually-hidden">
                      {!total && query.hasNextPage ? " leads and more" : " leads"}
                    </span>
                  </span>
                )}
              </h2>
              {total && <Worth column={total} />}
              {query.isError && leads.length > 0 && (
                <Stale error={query.error} retry={() => void query.refetch()} />
              )}
              {query.isPending ? (
                <Lines count={4} label={`Loading ${name}`} />
              ) : query.isError && leads.length === 0 ? (
                <Failed error={query.error} retry={() => void query.refetch()} what="column" />
              ) : leads.length === 0 ? (
                <p className={styles.none}>No lead here</p>
              ) : (
                <ul className={styles.cards}>
                  {leads.map((lead) => {
                    const drag = dragged?.id === lead.id ? dragged : null;
                    return (
                      <li key={lead.id} style={drag ? { minHeight: drag.height } : undefined}>
                        <Card
                          lead={lead}
                          stages={
                            mayMove && lead.stage !== "won" ? columns.map((column) => column.stage) : []
                          }
                          focusable={lead.id === focusable}
                          held={held?.lead.id === lead.id}
                          style={drag?.style}
                          onFocus={() => setActive(lead.id)}
                          onBlur={() => setHeld(null)}
                          onKeyDown={(event) => onKey(event, lead)}
                          open={() => void navigate({ to: "/leads/$leadId", params: { leadId: lead.id } })}
                          put={(to) => put(lead, to)}
                          recycle={() => recycle(lead)}
                          drag={mayMove && lead.stage !== "won" ? handlers(lead) : {}}
                        />
                      </li>
                    );
                  })}
                </ul>
              )}
              {query.hasNextPage && (
                <Button
                  variant="subtle"
                  size="compact-md"
                  loading={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  More in {name}
                </Button>
              )}
            </section>
          );
        })}
      </div>
      {dialogs}
    </div>
  );
}

interface CardProps {
  lead: Lead;
  /** Where it can go. */
  stages: readonly PipelineStage[];
  focusable: boolean;
  held: boolean;
  style: React.CSSProperties | undefined;
  onFocus: () => void;
  onBlur: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  open: () => void;
  put: (stage: string) => void;
  recycle: () => void;
  drag: ReturnType<ReturnType<typeof useDrag>["handlers"]> | Record<string, never>;
}

function Card({ lead, stages, focusable, held, style, open, put, recycle, drag, ...keys }: CardProps) {
  const owner = useNameOf()(lead.owner_id);
  return (
    <div className={styles.card} data-held={held || style !== undefined || undefined} style={style}>
      <button
        type="button"
        className={styles.face}
        data-card={lead.id}
        tabIndex={focusable ? 0 : -1}
        aria-describedby={HELP}
        onClick={open}
        // Space picks up; some browsers make a click of it when it is let go.
        onKeyUp={(event) => event.key === " " && event.preventDefault()}
        {...keys}
        {...drag}
      >
        <strong>{lead.display_name}</strong>
        <small>{lead.line_of_business ? words(lead.line_of_business) : "No line yet"}</small>
        {lead.score !== null && (
          <small>
            <Score score={lead.score} named />
          </small>
        )}
        {lead.x_date && <small>X-date {day(lead.x_date)}</small>}
        <small>{owner}</small>
        {!isClosed(lead.stage) && (
          <small>
            In stage: <InStage lead={lead} />
          </small>
        )}
      </button>
      {stages.length > 0 && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon
              className={styles.menu}
              variant="subtle"
              size={28}
              tabIndex={focusable ? 0 : -1}
              aria-label={`Move ${lead.display_name}`}
            >
              <IconDotsVertical size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>Move to</Menu.Label>
            {stages
              .filter(({ key }) => key !== lead.stage_key)
              .map(({ key, kind, name }) => (
                <Menu.Item key={key} onClick={() => put(key)}>
                  <StageChip stage={kind} name={name} />
                </Menu.Item>
              ))}
            <Menu.Divider />
            <Menu.Item leftSection={<IconRecycle size={16} />} onClick={recycle}>
              Not now: recycle…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}

const cardOf = (board: HTMLElement | null, id: string) =>
  board?.querySelector<HTMLElement>(`[data-card="${id}"]`) ?? null;

/** What each column shows, asked for by itself, so that a full one keeps no other waiting. */
function useColumns(pipeline: Pipeline, search: LeadSearch) {
  // A board has the stages that it began with: see its key.
  // oxlint-disable-next-line react/rules-of-hooks
  return pipeline.stages.map((stage) => useColumn(pipeline, stage, search));
}

function useColumn({ line }: Pipeline, stage: PipelineStage, search: LeadSearch) {
  const wanted = search.stage === undefined || search.stage.includes(stage.kind);
  const narrowed = { ...search, stage: undefined, pipeline: line, stageKey: stage.key };
  const query = useInfiniteQuery({ ...leadList(narrowed), enabled: wanted });
  const leads = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  return { wanted, stage, query, leads };
}

/** The same as long as every column has the same leads. */
function useArranged(asked: readonly (readonly [string, readonly Lead[]])[]) {
  const [keys, leads] = [asked.map(([key]) => key).join(" "), asked.map(([, each]) => each)];
  // oxlint-disable-next-line react/exhaustive-deps
  return useMemo(() => arrange(Object.fromEntries(asked)), [keys, ...leads]);
}
