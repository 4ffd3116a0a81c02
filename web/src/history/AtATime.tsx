import { Button, CloseButton, TextInput } from "@mantine/core";
import { type FormEvent, useId, useState } from "react";
import { fromField, toField, zoneName } from "../ui/clock";
import { moment } from "../ui/format";
import { useNow } from "../ui/When";
import { useZone } from "../ui/zone";
import { AsItWas } from "./AsItWas";
import styles from "./History.module.css";
import type { Past } from "./past";
import { Slider } from "./Slider";

// A minute is meant with all that happened in it.
const REST_OF_THE_MINUTE_MS = 59_999;

/** Asks for a moment, and shows what the record was then. */
export function AtATime({ past }: { past: Past }) {
  const zone = useZone();
  const field = useId();
  const [entered, setEntered] = useState("");
  const [shown, setShown] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const latest = toField(new Date(useNow()), zone);
  const wrong =
    fromField(entered, zone) === null
      ? "Choose a day and a time"
      : entered > latest
        ? "This is yet to come"
        : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong === null) setShown(fromField(entered, zone));
  };
  return (
    <section aria-label="At any moment" className={styles.moment}>
      <Slider past={past} />
      <form onSubmit={submit} noValidate>
        <label htmlFor={field}>
          As it was on <small>{zoneName(zone)}</small>
        </label>
        <TextInput
          id={field}
          type="datetime-local"
          max={latest}
          value={entered}
          error={tried && wrong}
          onChange={({ currentTarget: { value } }) => setEntered(value)}
        />
        <Button type="submit" variant="default">
          Show
        </Button>
      </form>
      {shown && (
        <>
          <div className={styles.asked}>
            <h3 role="status">
              You see this {past.noun} as of {moment(shown, zone)}
            </h3>
            <CloseButton
              aria-label="Close what it was then"
              onClick={() => {
                setShown(null);
                setTried(false);
                setEntered("");
              }}
            />
          </div>
          <AsItWas
            past={past}
            when={{ at: new Date(Date.parse(shown) + REST_OF_THE_MINUTE_MS).toISOString() }}
          />
        </>
      )}
    </section>
  );
}
