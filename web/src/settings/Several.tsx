import { Checkbox } from "@mantine/core";
import styles from "./Settings.module.css";

interface ChoiceProps {
  label: string;
  /** What there is to choose from. */
  options: readonly { id: string; name: string }[];
  chosen: readonly string[];
  choose: (ids: string[]) => void;
  /** Said where there is nothing to choose. */
  none: string;
  error?: string | null;
}

/** Several of a few, each with its box: all are seen, and each is one press away. */
export function Several({ label, options, chosen, choose, none, error }: ChoiceProps) {
  const toggle = (id: string) =>
    choose(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id]);
  return (
    <fieldset className={styles.teams}>
      <legend>{label}</legend>
      {options.length === 0 && <span className={styles.words}>{none}</span>}
      {options.map(({ id, name }) => (
        <Checkbox key={id} label={name} checked={chosen.includes(id)} onChange={() => toggle(id)} />
      ))}
      {error && <span role="alert">{error}</span>}
    </fieldset>
  );
}
