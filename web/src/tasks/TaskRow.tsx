import { ActionIcon, Menu } from "@mantine/core";
import { IconCheck, IconDots } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Task } from "../api/schema";
import { useNameOf } from "../directory/queries";
import { useMayWrite, useMe } from "../session/session";
import { useNow } from "../ui/When";
import { KINDS } from "./kinds";
import { useActs } from "./queries";
import styles from "./Tasks.module.css";
import { CHOICES, daysOn, dueInWords, todayIn } from "./when";

interface TaskRowProps {
  task: Task;
  /** Whether it is said whom it is about: not on their own page. */
  withPerson: boolean;
}

/** One task: done by its box, put off or cancelled by its menu. */
export function TaskRow({ task, withPerson }: TaskRowProps) {
  const { user: me, agency } = useMe();
  const mayWrite = useMayWrite();
  const nameOf = useNameOf();
  const acts = useActs();
  const today = todayIn(agency.time_zone, useNow());
  const open = task.state === "open";
  const { title: kind, icon: Icon } = KINDS[task.kind];
  return (
    <li className={styles.task} data-task={task.id} data-state={task.state}>
      <button
        type="button"
        className={styles.box}
        aria-label={open ? `Complete: ${task.title}` : `Reopen: ${task.title}`}
        disabled={!mayWrite}
        onClick={() => (open ? acts.complete(task) : acts.reopen(task))}
      >
        {!open && <IconCheck size={14} stroke={2.6} aria-hidden="true" />}
      </button>
      <div className={styles.what}>
        <p className={styles.title}>
          <Icon size={15} stroke={1.7} aria-label={kind} /> {task.title}
          {task.priority === "high" && <span className={styles.high}>Important</span>}
        </p>
        <p className={styles.about}>
          <span className={task.overdue && open ? styles.late : undefined}>
            {task.overdue && open && "Overdue: "}
            {dueInWords(task, today)}
          </span>
          {withPerson && task.person_name !== null && (
            <>
              {" · "}
              <Person task={task} name={task.person_name} />
            </>
          )}
          {task.owner_id !== me.id && ` · ${nameOf(task.owner_id)}`}
          {task.outcome !== null && ` · ${task.outcome}`}
        </p>
        {task.notes !== null && <p className={styles.notes}>{task.notes}</p>}
      </div>
      {mayWrite && open && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size={32} aria-label={`More for ${task.title}`}>
              <IconDots size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>Put off to</Menu.Label>
            {CHOICES.map(({ title, days }) => (
              <Menu.Item key={days} onClick={() => acts.postpone(task, daysOn(today, days), today)}>
                {title}
              </Menu.Item>
            ))}
            <Menu.Divider />
            <Menu.Item onClick={() => acts.cancel(task)}>Cancel the task</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}

function Person({ task, name }: { task: Task; name: string }) {
  if (task.client_id !== null)
    return (
      <Link to="/clients/$clientId" params={{ clientId: task.client_id }}>
        {name}
      </Link>
    );
  if (task.lead_id !== null)
    return (
      <Link to="/leads/$leadId" params={{ leadId: task.lead_id }}>
        {name}
      </Link>
    );
  return name;
}
