import { Button } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { PasswordField } from "../session/Door";
import { useMe } from "../session/session";
import { waitOf } from "../session/wait";
import { errorBeside, errorOf } from "../ui/errors";
import form from "../ui/Form.module.css";
import { Card } from "../ui/Page";
import styles from "./Account.module.css";
import { useChangePassword } from "./queries";

/** Another password, which the present one proves the right to. */
export function ChangePassword() {
  const { user } = useMe();
  const [present, setPresent] = useState("");
  const [next, setNext] = useState("");
  const changing = useChangePassword();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changing.mutate(
      { old_password: present, new_password: next },
      {
        onSuccess: () => {
          setPresent("");
          setNext("");
        },
      },
    );
  };
  const wrong = waitOf(changing.error) ?? errorBeside(changing.error, ["/old_password", "/new_password"]);
  return (
    <Card title="Password">
      <p className={styles.words}>When it changes, you are signed out everywhere but here.</p>
      <form className={form.form} onSubmit={submit}>
        {wrong && (
          <p role="alert" className={form.wrong}>
            {wrong}
          </p>
        )}
        {/* Whose password it is, to those who keep passwords. */}
        <input type="text" name="email" autoComplete="username" value={user.email} readOnly hidden />
        <div className={form.pair}>
          <PasswordField
            label="Present password"
            name="present-password"
            autoComplete="current-password"
            value={present}
            onChange={(event) => setPresent(event.currentTarget.value)}
            error={errorOf(changing.error, "/old_password")}
          />
          <PasswordField
            label="New password"
            name="new-password"
            autoComplete="new-password"
            placeholder="Twelve characters or more"
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            error={errorOf(changing.error, "/new_password")}
          />
        </div>
        <div className={form.actions}>
          <Button type="submit" disabled={present === "" || next === ""} loading={changing.isPending}>
            Change the password
          </Button>
        </div>
      </form>
    </Card>
  );
}
