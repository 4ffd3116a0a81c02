import { Button } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Task } from "../api/schema";
import { useUsers } from "../directory/queries";
import { useMe } from "../session/session";
import { Wrong } from "../ui/Form";
import { useNow } from "../ui/When";
import { KINDS } from "./kinds";
import { type About, usePlanTask } from "./queries";
import styles from "./Tasks.module.css";
import { CHOICES, daysOn, todayIn } from "./when";

interface PlanTaskProps {
  /** Whom it is about; left out: nobody in particular. */
  about?: About;
  done: () => void;
}

/** A task is planned: its title and the day suffice, Enter saves, Escape leaves. */
export function PlanTask({ about, done }: PlanTaskProps) {
  const { user: me, agency } = useMe();
  const today = todayIn(agency.time_zone, useNow());
  const colleagues = useUsers().filter(
    ({ active, id, role }) => active && id !== me.id && role !== "viewer" && role !== "auditor",
  );
  const [kind, setKind] = useState<Task["kind"]>(about ? "call" : "other");
  const [day, setDay] = useState(daysOn(today, 1));
  const [time, setTime] = useState("");
  const [owner, setOwner] = useState(me.id);
  const { mutate: plan, isPending, error } = usePlanTask();
  const title = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => title.current?.focus(), []);

  const save = (event: FormEvent) => {
    event.preventDefault();
    const words = title.current?.value.trim() ?? "";
    if (words === "" || day === "" || isPending) {
      if (words === "") title.current?.focus();
      return;
    }
    plan(
      {
        ...about,
        kind,
        title: words,
        due_on: day,
        due_time: time || null,
        owner_id: owner,
        priority: "normal",
      },
      { onSuccess: done },
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    done();
  };
  return (
    // What is typed in a form goes up to it; Escape leaves it from any field.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form className={styles.plan} onSubmit={save} onKeyDown={onKeyDown} aria-label="Plan a task">
      <div className={styles.words}>
        <label htmlFor={`${id}kind`} className="visually-hidden">
          Kind
        </label>
        <select
          id={`${id}kind`}
          className={styles.field}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as Task["kind"])}
        >
          {Object.entries(KINDS).map(([value, { title: name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        <label htmlFor={`${id}title`} className="visually-hidden">
          What is to be done
        </label>
        <input
          ref={title}
          id={`${id}title`}
          className={styles.field}
          placeholder="What is to be done?"
          maxLength={200}
          autoComplete="off"
          aria-required="true"
        />
      </div>
      <fieldset className={styles.due}>
        <legend className="visually-hidden">Due</legend>
        {CHOICES.map(({ title: name, days }) => {
          const on = daysOn(today, days);
          return (
            <button
              key={days}
              type="button"
              className={styles.choice}
              aria-pressed={day === on}
              onClick={() => setDay(on)}
            >
              {name}
            </button>
          );
        })}
        <label>
          <span className="visually-hidden">Day</span>
          <input
            type="date"
            className={styles.field}
            value={day}
            required
            onChange={(event) => setDay(event.currentTarget.value)}
          />
        </label>
        <label>
          <span className="visually-hidden">Time, if it matters</span>
          <input
            type="time"
            className={styles.field}
            value={time}
            onChange={(event) => setTime(event.currentTarget.value)}
          />
        </label>
        <label>
          <span className="visually-hidden">Who does it</span>
          <select
            className={styles.field}
            value={owner}
            onChange={(event) => setOwner(event.currentTarget.value)}
          >
            <option value={me.id}>Me</option>
            {colleagues.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </select>
        </label>
      </fieldset>
      <Wrong error={error} />
      <div className={styles.formActions}>
        <Button size="compact-md" variant="default" onClick={done}>
          Cancel
        </Button>
        <Button size="compact-md" type="submit" loading={isPending}>
          Plan task
        </Button>
      </div>
    </form>
  );
}
