import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useMe } from "../session/session";
import { errorBeside, errorOf } from "../ui/errors";
import { Fact, Facts } from "../ui/Fact";
import form from "../ui/Form.module.css";
import { words } from "../ui/format";
import { Card } from "../ui/Page";
import { useRename } from "./queries";

/** Who somebody is to their colleagues. */
export function Profile() {
  const { user, agency } = useMe();
  const [name, setName] = useState(user.name);
  const renaming = useRename();
  const same = name.trim() === user.name || name.trim() === "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!same) renaming.mutate(name.trim());
  };
  const wrong = errorBeside(renaming.error, ["/name"]);
  return (
    <Card title="You">
      <form className={form.form} onSubmit={submit}>
        {wrong && (
          <p role="alert" className={form.wrong}>
            {wrong}
          </p>
        )}
        <TextInput
          label="Name"
          description="As your colleagues see it."
          name="name"
          autoComplete="name"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={errorOf(renaming.error, "/name")}
        />
        <Facts>
          <Fact name="Email">{user.email}</Fact>
          <Fact name="Role">
            {words(user.role)} at {agency.name}
          </Fact>
        </Facts>
        <div className={form.actions}>
          <Button type="submit" disabled={same} loading={renaming.isPending}>
            Save the name
          </Button>
        </div>
      </form>
    </Card>
  );
}
