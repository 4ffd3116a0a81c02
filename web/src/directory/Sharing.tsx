import { Button, NativeSelect } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { errorBeside } from "../ui/errors";
import { Face } from "../ui/Face";
import form from "../ui/Form.module.css";
import { words } from "../ui/format";
import styles from "./ShareWith.module.css";
import { useNameOf, useUsers } from "./queries";
import type { ShareWithProps } from "./ShareWith";

/** With whom it is shared, with whom else it may be. */
export default function Sharing({ whom, close, share }: ShareWithProps) {
  const users = useUsers();
  const nameOf = useNameOf();
  const [chosen, setChosen] = useState("");
  const sharing = useMutation({
    mutationFn: ({ id, shared }: { id: string; shared: boolean }) => share(id, shared),
    onSuccess: () => setChosen(""),
  });
  const others = users
    .filter(({ id, active }) => active && id !== whom.owner_id && !whom.shared_with.includes(id))
    .toSorted((a, b) => a.name.localeCompare(b.name));
  const error = errorBeside(sharing.error, []);
  return (
    <div className={styles.sharing}>
      <p className={styles.what}>
        A colleague sees them in lists, search and reports, with all conversations, and changes them as far as
        their role allows.
      </p>
      <form
        className={styles.add}
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen) sharing.mutate({ id: chosen, shared: true });
        }}
      >
        <NativeSelect
          label="Colleague"
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={[
            { value: "", label: "Choose somebody" },
            ...others.map(({ id, name, role }) => ({
              value: id,
              label: `${name}, ${words(role).toLowerCase()}`,
            })),
          ]}
          data-autofocus
        />
        <Button type="submit" disabled={chosen === ""} loading={sharing.isPending}>
          Share
        </Button>
      </form>
      {error && (
        <p role="alert" className={form.wrong}>
          {error}
        </p>
      )}
      {whom.shared_with.length > 0 ? (
        <ul className={styles.people} aria-label="Shared with">
          {whom.shared_with.map((id) => (
            <li key={id}>
              <Face name={nameOf(id)} size={30} />
              <span>{nameOf(id)}</span>
              <Button
                variant="default"
                size="compact-sm"
                disabled={sharing.isPending}
                aria-label={`Stop sharing with ${nameOf(id)}`}
                onClick={() => sharing.mutate({ id, shared: false })}
              >
                Stop sharing
              </Button>
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles.what}>Shared with nobody yet.</p>
      )}
      <Button variant="default" onClick={close}>
        Done
      </Button>
    </div>
  );
}
