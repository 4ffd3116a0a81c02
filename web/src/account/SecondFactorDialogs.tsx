import { Button, Modal, TextInput } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { Enrolment } from "../api/schema";
import { codeOf, isCode } from "../session/code";
import { PasswordField } from "../session/Door";
import { waitOf } from "../session/wait";
import { errorBeside, errorOf } from "../ui/errors";
import { FormActions, Wrong } from "../ui/Form";
import form from "../ui/Form.module.css";
import styles from "./Account.module.css";
import { QrCode } from "./QrCode";
import { RecoveryCodes } from "./RecoveryCodes";
import { inGroups } from "./qr";
import {
  useAddSecondFactor,
  useConfirmSecondFactor,
  useRemoveSecondFactor,
  useRenewRecoveryCodes,
} from "./queries";

interface DialogProps {
  opened: boolean;
  close: () => void;
}

/** Adds an authenticator app: the password, the QR code and a first code, the recovery codes. */
export function AddSecondFactor({ opened, close }: DialogProps) {
  return (
    <Modal opened={opened} onClose={close} title="Add an authenticator app" size={480}>
      <Adding close={close} />
    </Modal>
  );
}

function Adding({ close }: { close: () => void }) {
  const adding = useAddSecondFactor();
  const confirming = useConfirmSecondFactor();
  if (confirming.data) return <RecoveryCodes codes={confirming.data.recovery_codes} close={close} />;
  if (adding.data) return <Confirm enrolment={adding.data} confirming={confirming} close={close} />;
  return <Begin adding={adding} close={close} />;
}

interface ConfirmProps {
  enrolment: Enrolment;
  confirming: UseMutationResult<{ recovery_codes: string[] }, Error, string>;
  close: () => void;
}

function Confirm({ enrolment, confirming, close }: ConfirmProps) {
  const [code, setCode] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const type = (typed: string) => {
    setCode(typed);
    confirming.reset();
    if (isCode(typed)) confirming.mutate(codeOf(typed));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirming.mutate(codeOf(code));
  };
  const wrong = errorBeside(confirming.error, ["/code"]);
  return (
    <form className={form.form} onSubmit={submit}>
      <p>Scan this with your app, then type the six digits that it shows.</p>
      <div className={styles.enrolment}>
        <QrCode text={enrolment.address} label="The QR code for your authenticator app" />
        <div className={styles.secret}>
          <p className={styles.words}>No camera at hand? Type this key into the app:</p>
          <code>{inGroups(enrolment.secret)}</code>
        </div>
      </div>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <TextInput
        label="Code"
        name="code"
        className={styles.code}
        required
        withAsterisk={false}
        ref={input}
        autoComplete="one-time-code"
        inputMode="numeric"
        placeholder="123 456"
        maxLength={11}
        value={code}
        onChange={(event) => type(event.currentTarget.value)}
        error={errorOf(confirming.error, "/code")}
      />
      <FormActions close={close}>
        <Button type="submit" loading={confirming.isPending}>
          Confirm
        </Button>
      </FormActions>
    </form>
  );
}

/** Fresh recovery codes. */
export function RenewRecoveryCodes({ opened, close }: DialogProps) {
  return (
    <Modal opened={opened} onClose={close} title="New recovery codes" size={480}>
      <Renewing close={close} />
    </Modal>
  );
}

function Renewing({ close }: { close: () => void }) {
  const renewing = useRenewRecoveryCodes();
  if (renewing.data) return <RecoveryCodes codes={renewing.data.recovery_codes} close={close} />;
  return (
    <Sure asking={renewing} close={close} act="Make new ones">
      Those you have now are worth nothing once there are new ones.
    </Sure>
  );
}

/** Takes the second factor away. */
export function RemoveSecondFactor({ opened, close }: DialogProps) {
  return (
    <Modal opened={opened} onClose={close} title="Take the second factor away?" size={480}>
      <Removing close={close} />
    </Modal>
  );
}

function Removing({ close }: { close: () => void }) {
  return (
    <Sure asking={useRemoveSecondFactor()} close={close} done={close} act="Take it away" grave>
      Whoever learns your password can sign in with it then. Your recovery codes are worth nothing any more.
    </Sure>
  );
}

interface SureProps<D> {
  asking: UseMutationResult<D, Error, void>;
  close: () => void;
  done?: () => void;
  act: string;
  grave?: boolean;
  children: ReactNode;
}

/** Says what follows, before it is done. */
function Sure<D>({ asking, close, done, act, grave = false, children }: SureProps<D>) {
  return (
    <div className={form.form}>
      <p className={styles.words}>{children}</p>
      <Wrong error={asking.error} />
      <FormActions close={close}>
        <Button
          data-autofocus
          color={grave ? "red.9" : undefined}
          loading={asking.isPending}
          onClick={() => asking.mutate(undefined, { onSuccess: done })}
        >
          {act}
        </Button>
      </FormActions>
    </div>
  );
}

interface BeginProps {
  adding: UseMutationResult<Enrolment, Error, string>;
  close: () => void;
}

/** Asks for the password: a second factor of somebody else would keep the account's owner out. */
function Begin({ adding, close }: BeginProps) {
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate(password);
  };
  const wrong = waitOf(adding.error) ?? errorBeside(adding.error, ["/password"]);
  return (
    <form className={form.form} onSubmit={submit}>
      <p className={styles.words}>You need an app that makes codes on your phone, and your password.</p>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <PasswordField
        label="Your password"
        name="password"
        autoComplete="current-password"
        data-autofocus
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={errorOf(adding.error, "/password")}
      />
      <FormActions close={close}>
        <Button type="submit" loading={adding.isPending}>
          Go on
        </Button>
      </FormActions>
    </form>
  );
}
