import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";
import { api, data, type Versioned, versioned } from "../api/client";
import { byCursor } from "../api/queries";
import { atOnce } from "../api/records";
import type { ChangeTask, PlanTask, Task } from "../api/schema";
import { failed } from "../ui/toast";
import { saidWithUndo } from "../ui/undo";
import type { TaskView } from "./search";
import { dueInWords } from "./when";

/** Whom tasks are about. */
export type About = { lead_id: string } | { client_id: string };

/** What is planned about a lead or client, whoever is to do it; what is due first comes first. */
export function tasksAbout(about: About) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["tasks", "list", about],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/tasks", {
          params: { query: { ...about, state: ["open"], limit: 50, cursor: pageParam } },
          signal,
        }),
      ),
  });
}

/** The tasks of a view: the caller's own, or all that they see. */
export function taskList(view: TaskView, mine: boolean, limit = 50) {
  const which =
    view === "done"
      ? { state: ["done" as const], sort: "-closed_at" as const }
      : { due: view, sort: "due" as const };
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["tasks", "list", view, mine, limit],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/tasks", {
          params: { query: { ...which, mine, limit, cursor: pageParam } },
          signal,
        }),
      ),
    // What is overdue changes with the clock.
    refetchInterval: 60_000,
  });
}

/** How many open tasks are overdue, due today and later. */
export function taskCounts(mine: boolean) {
  return queryOptions({
    queryKey: ["tasks", "counts", mine],
    queryFn: ({ signal }) => data(api.GET("/api/v1/tasks/counts", { params: { query: { mine } }, signal })),
    refetchInterval: 60_000,
  });
}

/** Gives what plans a task. Throws ApiProblem. */
export function usePlanTask() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: PlanTask) => data(api.POST("/api/v1/tasks", { body })),
    onSuccess: () => askAnew(queries),
  });
}

/** What can be done with a task by one key. Each is shown at once, and can be taken back. */
export interface Acts {
  complete: (task: Task) => void;
  cancel: (task: Task) => void;
  reopen: (task: Task) => void;
  /** To another day; `today` is the agency's. */
  postpone: (task: Task, on: string, today: string) => void;
}

export function useActs(): Acts {
  const queries = useQueryClient();
  return useMemo(() => actsOn(queries), [queries]);
}

type Sent = Promise<Versioned<Task>>;

function actsOn(queries: QueryClient): Acts {
  const act = async (task: Task, changes: Partial<Task>, send: () => Sent, done?: () => void) => {
    try {
      await atOnce(queries, "tasks", task, changes, send);
      done?.();
    } catch (error) {
      failed(`“${task.title}” could not be changed`, error);
    }
    askAnew(queries);
  };
  const reopen = (task: Task) => void act(task, { state: "open" }, () => closed(task, "reopen"));
  return {
    complete: (task) =>
      void act(
        task,
        { state: "done" },
        () => closed(task, "complete"),
        () => saidWithUndo(`Done: ${task.title}`, () => reopen({ ...task, state: "done" })),
      ),
    cancel: (task) =>
      void act(
        task,
        { state: "cancelled" },
        () => closed(task, "cancel"),
        () => saidWithUndo(`Cancelled: ${task.title}`, () => reopen({ ...task, state: "cancelled" })),
      ),
    reopen,
    postpone: (task, on, today) =>
      void act(
        task,
        { due_on: on, overdue: false },
        () => putOff(task, on),
        () =>
          saidWithUndo(
            `${dueInWords({ due_on: on, due_time: task.due_time }, today)}: ${task.title}`,
            () => void act({ ...task, due_on: on }, { due_on: task.due_on }, () => putOff(task, task.due_on)),
          ),
      ),
  };
}

function closed(task: Task, how: "complete" | "reopen" | "cancel"): Sent {
  const params = { params: { path: { task_id: task.id } } };
  switch (how) {
    case "complete":
      return versioned(api.POST("/api/v1/tasks/{task_id}/complete", params));
    case "reopen":
      return versioned(api.POST("/api/v1/tasks/{task_id}/reopen", params));
    case "cancel":
      return versioned(api.POST("/api/v1/tasks/{task_id}/cancel", params));
  }
}

function putOff(task: Task, on: string): Sent {
  return versioned(
    api.PATCH("/api/v1/tasks/{task_id}", {
      params: { path: { task_id: task.id } },
      // What is not sent stays as it is.
      body: { due_on: on } as ChangeTask,
    }),
  );
}

function askAnew(queries: QueryClient): void {
  void queries.invalidateQueries({ queryKey: ["tasks"] });
  void queries.invalidateQueries({ queryKey: ["timeline"] });
}
