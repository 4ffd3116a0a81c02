import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useCommands } from "../commands/registry";
import { Failed, Lines, Stale } from "../ui/states";
import { PlanTask } from "./PlanTask";
import { type About, tasksAbout, useActs } from "./queries";
import { TaskRow } from "./TaskRow";
import styles from "./Tasks.module.css";

interface RecordTasksProps {
  about: About;
  /** Under what its commands stand. */
  group: string;
  mayWrite: boolean;
  /** Brings the part of the record to the front in which the tasks are. */
  show: (part: "timeline") => void;
}

/** What is planned about a lead or client, and a place to plan more: T plans, D does the next. */
export function RecordTasks({ about, group, mayWrite, show }: RecordTasksProps) {
  const tasks = useInfiniteQuery(tasksAbout(about));
  const [planning, setPlanning] = useState(false);
  const acts = useActs();
  const pages = tasks.data?.pages;
  const items = useMemo(() => pages?.flatMap((page) => page.items), [pages]);
  const next = useMemo(() => items?.find(({ state }) => state === "open"), [items]);
  useCommands(
    useMemo(
      () =>
        mayWrite
          ? [
              {
                id: "this record plan a task",
                title: "Plan a task",
                group,
                keys: "t",
                keywords: "to do follow up remind",
                run: () => {
                  show("timeline");
                  setPlanning(true);
                },
              },
              {
                id: "this record complete the next task",
                title: "Complete the next task",
                group,
                keys: "d",
                disabled: next === undefined,
                run: () => next && acts.complete(next),
              },
            ]
          : [],
      [acts, group, mayWrite, next, show],
    ),
  );
  if (!mayWrite && items?.length === 0) return null;
  return (
    <section className={styles.onRecord} aria-label="Tasks">
      {mayWrite &&
        (planning ? (
          <PlanTask about={about} done={() => setPlanning(false)} />
        ) : (
          <button type="button" className={styles.begin} onClick={() => setPlanning(true)}>
            <IconPlus size={16} aria-hidden="true" /> Plan a task
          </button>
        ))}
      {tasks.isError && items && <Stale error={tasks.error} retry={() => void tasks.refetch()} />}
      {items === undefined ? (
        tasks.isError ? (
          <Failed error={tasks.error} retry={() => void tasks.refetch()} what="list of tasks" />
        ) : (
          <Lines count={1} label="Loading the tasks" />
        )
      ) : (
        items.length > 0 && (
          <ul className={styles.list}>
            {items.map((task) => (
              <TaskRow key={task.id} task={task} withPerson={false} />
            ))}
          </ul>
        )
      )}
      {tasks.hasNextPage && (
        <Button
          size="compact-sm"
          variant="subtle"
          loading={tasks.isFetchingNextPage}
          onClick={() => void tasks.fetchNextPage()}
        >
          Later tasks
        </Button>
      )}
    </section>
  );
}
