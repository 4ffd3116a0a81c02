import { Button, Modal } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { EmailField } from "../session/Door";
import { errorOf } from "../ui/errors";
import { FormActions, Wrong } from "../ui/Form";
import form from "../ui/Form.module.css";
import { useTakeAwayFactor } from "./queries";

/** For somebody of several agencies who lost their app and their recovery codes. */
export function LostFactor({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="Take a lost second factor away?" size={480}>
      <Ask close={close} />
    </Modal>
  );
}

function Ask({ close }: { close: () => void }) {
  const [email, setEmail] = useState("");
  const taking = useTakeAwayFactor();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    taking.mutate(email.trim(), { onSuccess: close });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <p>
        An agency’s own admins do this for people of their agency alone. Who belongs to several turns to you:
        be sure, by another way than mail, that it is they who ask. They are signed out everywhere, and told
        by mail.
      </p>
      <Wrong error={taking.error} fields={["/email"]} />
      <EmailField data-autofocus value={email} change={setEmail} error={errorOf(taking.error, "/email")} />
      <FormActions close={close}>
        <Button type="submit" color="red.9" disabled={email.trim() === ""} loading={taking.isPending}>
          Take it away now
        </Button>
      </FormActions>
    </form>
  );
}
