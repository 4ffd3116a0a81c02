import { Button, SegmentedControl } from "@mantine/core";
import { IconChecklist, IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { Task, TaskCounts } from "../api/schema";
import { useCommands } from "../commands/registry";
import { useMayWrite, useMe } from "../session/session";
import { Page } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { Views } from "../ui/Views";
import { useNow } from "../ui/When";
import { PlanTask } from "./PlanTask";
import { taskCounts, taskList, useActs } from "./queries";
import { type TaskView, VIEWS } from "./search";
import { TaskRow } from "./TaskRow";
import styles from "./Tasks.module.css";
import { daysOn, todayIn } from "./when";

const route = getRouteApi("/tasks");

const NONE: Readonly<Record<TaskView, string>> = {
  today: "Nothing more is due today.",
  overdue: "Nothing is overdue.",
  upcoming: "Nothing is planned for the days to come.",
  done: "Nothing was done yet.",
};

/** What is to be done: one's own, or all that one sees, by when it is due. */
export function TasksPage() {
  const { due: view = "today", whose } = route.useSearch();
  const navigate = route.useNavigate();
  const mine = whose !== "all";
  const mayWrite = useMayWrite();
  const { agency } = useMe();
  const today = todayIn(agency.time_zone, useNow());
  const tasks = useInfiniteQuery(taskList(view, mine));
  const counts = useQuery(taskCounts(mine)).data;
  const [planning, setPlanning] = useState(false);
  const pages = tasks.data?.pages;
  const items = useMemo(() => pages?.flatMap((page) => page.items), [pages]);
  const acts = useActs();

  useCommands(
    useMemo(() => {
      const command = (title: string, keys: string, run: () => void) => ({
        id: `tasks ${title}`,
        title,
        group: "Tasks",
        keys,
        run,
      });
      // Of the one that has the focus, else of the first; the next has it then.
      const doing = (act: (task: Task) => void) => () => {
        const place = Math.max(placeNow(), 0);
        const id = rows()[place]?.dataset["task"];
        const task = items?.find((each) => each.id === id);
        if (task?.state !== "open") return;
        focusOn(place + 1);
        act(task);
      };
      return [
        command("Next task", "j", () => focusOn(placeNow() + 1)),
        command("Previous task", "k", () => focusOn(placeNow() - 1)),
        ...(mayWrite
          ? [
              command("Plan a task", "t", () => setPlanning(true)),
              command("Complete the task", "d", doing(acts.complete)),
              command(
                "Put the task off to tomorrow",
                "p",
                doing((task) => acts.postpone(task, daysOn(today, 1), today)),
              ),
            ]
          : []),
      ];
    }, [acts, items, mayWrite, today]),
  );

  return (
    <Page
      title="Tasks"
      width="reading"
      actions={
        <>
          <SegmentedControl
            aria-label="Whose tasks"
            value={mine ? "mine" : "all"}
            onChange={(chosen) =>
              void navigate({ search: (now) => ({ ...now, whose: chosen === "all" ? "all" : undefined }) })
            }
            data={[
              { value: "mine", label: "Mine" },
              { value: "all", label: "Everybody’s" },
            ]}
          />
          {mayWrite && (
            <Button leftSection={<IconPlus size={17} />} onClick={() => setPlanning(true)}>
              Plan a task
            </Button>
          )}
        </>
      }
    >
      <Views label="Views of the tasks" shown={view}>
        {(Object.keys(VIEWS) as TaskView[]).map((each) => (
          <Link
            key={each}
            to="/tasks"
            search={(now) => ({ ...now, due: each === "today" ? undefined : each })}
            activeOptions={{ exact: true }}
            aria-current={view === each ? "page" : undefined}
          >
            {VIEWS[each]}
            <Count of={each} counts={counts} />
          </Link>
        ))}
      </Views>
      {planning && <PlanTask done={() => setPlanning(false)} />}
      {tasks.isError && items && <Stale error={tasks.error} retry={() => void tasks.refetch()} />}
      {items === undefined ? (
        tasks.isError ? (
          <Failed error={tasks.error} retry={() => void tasks.refetch()} what="list of tasks" />
        ) : (
          <Lines count={6} label="Loading the tasks" />
        )
      ) : items.length === 0 ? (
        <Empty icon={<IconChecklist />} title={NONE[view]}>
          {view !== "done" && "Plan a task here, or from a lead’s or a client’s page."}
        </Empty>
      ) : (
        <ul className={styles.list}>
          {items.map((task) => (
            <TaskRow key={task.id} task={task} withPerson />
          ))}
        </ul>
      )}
      {tasks.hasNextPage && (
        <Button
          variant="default"
          loading={tasks.isFetchingNextPage}
          onClick={() => void tasks.fetchNextPage()}
        >
          More
        </Button>
      )}
    </Page>
  );
}

const rows = () => [...document.querySelectorAll<HTMLElement>("#content [data-task]")];

/** Which row has the focus; -1: none. */
const placeNow = () => rows().findIndex((row) => row.contains(document.activeElement));

function focusOn(place: number): void {
  const all = rows();
  all[Math.max(0, Math.min(place, all.length - 1))]?.querySelector("button")?.focus();
}

function Count({ of, counts }: { of: TaskView; counts: TaskCounts | undefined }) {
  if (of === "done" || !counts || counts[of] === 0) return null;
  return (
    <span className={styles.count} data-late={of === "overdue" || undefined}>
      {counts[of] >= counts.up_to ? `${counts.up_to}+` : counts[of]}
    </span>
  );
}
