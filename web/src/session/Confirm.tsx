import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { secondFactor } from "../account/queries";
import { errorBeside, errorOf } from "../ui/errors";
import { FormActions } from "../ui/Form";
import form from "../ui/Form.module.css";
import { Failed, Lines } from "../ui/states";
import { codeOf, isCode } from "./code";
import type { Asked } from "./confirming";
import { PasswordField } from "./Door";
import { confirm } from "./session";
import { waitOf } from "./wait";

/** Escape leaves this dialog alone: it may stand before another, whose entries are not to be lost. */
const OWN_ESCAPE = { "data-mantine-stop-propagation": "true" };

/** Asks whoever is signed in to prove anew that it is they; what they were about to do goes on then. */
export default function Confirm({ answer }: Asked) {
  const { data: state, error, refetch } = useQuery(secondFactor);
  const leave = () => answer(false);
  const byKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") leave();
  };
  return (
    <Modal
      opened
      onClose={leave}
      onKeyDown={byKey}
      title="Confirm that it is you"
      size={420}
      closeOnEscape={false}
      zIndex={400}
    >
      {!state && !error && <Lines count={2} label="Loading what is asked for" />}
      {!state && error && <Failed error={error} retry={() => void refetch()} what="part" />}
      {state && <Proof byCode={state.since !== null} answer={answer} leave={leave} />}
    </Modal>
  );
}

interface ProofProps extends Asked {
  /** Whether signing in asks for a second factor. */
  byCode: boolean;
  leave: () => void;
}

function Proof({ byCode, answer, leave }: ProofProps) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const input = useRef<HTMLInputElement>(null);
  // Which fields there are is asked for once the dialog is open, and it looks for what to focus before that.
  useEffect(() => input.current?.focus(), []);
  const confirming = useMutation({
    mutationFn: () => confirm(password, byCode ? typed(code) : null),
    onSuccess: () => answer(true),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // This form stands within another's in the tree of parts.
    event.stopPropagation();
    confirming.mutate();
  };
  const { error } = confirming;
  const wrong = waitOf(error) ?? errorBeside(error, ["/password", "/code"]);
  return (
    <form className={form.form} onSubmit={submit}>
      <p>
        This asks for more than being signed in. Then it is done, and you are not asked again for ten minutes.
      </p>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <PasswordField
        {...OWN_ESCAPE}
        ref={input}
        label="Your password"
        description="If you sign in without one, sign out and in again instead."
        name="password"
        autoComplete="current-password"
        maxLength={1000}
        data-autofocus
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={errorOf(error, "/password")}
      />
      {byCode && (
        <TextInput
          {...OWN_ESCAPE}
          label="Code"
          description="Of your authenticator app, or a recovery code."
          name="code"
          required
          withAsterisk={false}
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={40}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={errorOf(error, "/code")}
        />
      )}
      <FormActions close={leave}>
        <Button type="submit" loading={confirming.isPending}>
          Confirm
        </Button>
      </FormActions>
    </form>
  );
}

/** A code of the app as it is sent; a recovery code as it stands, for its dashes are its own. */
const typed = (code: string): string => (isCode(code) ? codeOf(code) : code.trim());
