import { Face } from "./Face";
import { phone } from "./format";
import styles from "./Grid.module.css";

interface Person {
  display_name: string;
  phone: string | null;
  email: string | null;
  forgotten_at: string | null;
}

/** A person in a row: who, and how they are reached. */
export function Named({ person }: { person: Person }) {
  const { display_name: name, forgotten_at: forgotten } = person;
  return (
    <span className={styles.who} data-forgotten={forgotten !== null || undefined}>
      <Face name={forgotten === null ? name : null} size={32} />
      <span>
        <strong>{name}</strong>
        {forgotten === null && (
          <small>{person.phone ? phone(person.phone) : (person.email ?? "No way to reach them")}</small>
        )}
      </span>
    </span>
  );
}
