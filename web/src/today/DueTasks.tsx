import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { taskCounts, taskList } from "../tasks/queries";
import { TaskRow } from "../tasks/TaskRow";
import tasks from "../tasks/Tasks.module.css";
import { Card } from "../ui/Page";
import { Failed, Lines } from "../ui/states";
import { FEW } from "./queries";
import styles from "./Today.module.css";

/** One's own tasks that are overdue, and those of today. */
export function DueTasks() {
  const overdue = useInfiniteQuery(taskList("overdue", true, FEW));
  const today = useInfiniteQuery(taskList("today", true, FEW));
  const counts = useQuery(taskCounts(true)).data;
  const failed = [overdue, today].find((query) => query.isError && query.data === undefined);
  const due = [overdue, today].flatMap((query) => query.data?.pages.flatMap((page) => page.items) ?? []);
  const more = counts ? counts.overdue + counts.today - FEW : 0;
  return (
    <Card
      title="Due today"
      actions={
        <Link to="/tasks" className={styles.all}>
          All tasks
        </Link>
      }
    >
      {failed ? (
        <Failed error={failed.error} retry={() => void failed.refetch()} what="list of tasks" />
      ) : overdue.isPending || today.isPending ? (
        <Lines count={3} label="Loading: Due today" />
      ) : due.length === 0 ? (
        <p className={styles.none}>Nothing is due. What you plan for today stands here.</p>
      ) : (
        <ul className={tasks.list}>
          {due.slice(0, FEW).map((task) => (
            <TaskRow key={task.id} task={task} withPerson />
          ))}
        </ul>
      )}
      {more > 0 && <p className={styles.none}>{more === 1 ? "And one more." : `And ${more} more.`}</p>}
    </Card>
  );
}
