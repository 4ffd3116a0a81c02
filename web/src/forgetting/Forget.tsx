import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import form from "../ui/Form.module.css";

interface ForgetProps {
  /** By what the person is known, and what is typed to forget them. */
  name: string;
  opened: boolean;
  close: () => void;
  forget: () => Promise<unknown>;
}

/** Forgets a person for good, once it was said what goes and the name was typed. */
export function Forget(props: ForgetProps) {
  return (
    <Modal opened={props.opened} onClose={props.close} title="Forget this person" size={480}>
      <Steps {...props} />
    </Modal>
  );
}

function Steps({ name: given, close, forget }: ForgetProps) {
  // As it was when this was opened: they have another while it closes.
  const [name] = useState(given);
  const [typed, setTyped] = useState("");
  const forgetting = useMutation({ mutationFn: forget, onSuccess: close });
  const meant = typed.trim().toLowerCase() === name.trim().toLowerCase();
  return (
    <form
      className={form.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (meant) forgetting.mutate();
      }}
    >
      {forgetting.error && (
        <p role="alert" className={form.wrong}>
          {forgetting.error.message}
        </p>
      )}
      <p>This erases, of the lead and of the client they became, and in their history too:</p>
      <ul className={form.effects}>
        <li>name, addresses, telephone number, birth date, notes, and what is insured where;</li>
        <li>transcripts and notes of calls, emails with their attachments, insights and search.</li>
      </ul>
      <p>
        What reports count stays, without a name. <strong>This cannot be undone.</strong>
      </p>
      <TextInput
        label={`Type “${name}” to go on`}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" color="red" disabled={!meant} loading={forgetting.isPending}>
          Forget for good
        </Button>
      </div>
    </form>
  );
}
