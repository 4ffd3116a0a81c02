import { Fact, Facts } from "../ui/Fact";
import { moment } from "../ui/format";
import { useZone } from "../ui/zone";
import { fieldsOf } from "./events";
import styles from "./Operations.module.css";

/** What an event or a job says, as fields to read. */
export function Data({ data }: { data: unknown }) {
  const zone = useZone();
  const fields = fieldsOf(data);
  if (fields.length === 0) return <p className={styles.quiet}>It says nothing more.</p>;
  return (
    <div className={styles.facts}>
      <Facts>
        {fields.map(({ name, value, kind }) => (
          <Fact key={name} name={name}>
            {value !== null && kind === "moment" ? (
              <time dateTime={value}>{moment(value, zone)}</time>
            ) : kind === "id" ? (
              <span className={styles.id}>{value}</span>
            ) : (
              value
            )}
          </Fact>
        ))}
      </Facts>
    </div>
  );
}
