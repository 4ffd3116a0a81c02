import { PasswordInput, type PasswordInputProps, TextInput, type TextInputProps } from "@mantine/core";
import { type FormEvent, type ReactNode, useEffect, useRef } from "react";
import styles from "./Door.module.css";

interface DoorProps {
  title: string;
  /** What this is, below the title. */
  words: ReactNode;
  /** Why somebody stands here, where it is not of their own doing. */
  reason?: string | null;
  /** What went wrong, in place of the reason. */
  wrong?: string | null;
  submit?: () => void;
  children: ReactNode;
}

/** What stands outside: one form at a time, on the way in. The keyboard goes on in its first field. */
export function Door({ title, words, reason, wrong, submit, children }: DoorProps) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    document.title = `${title} · GardenOS`;
    form.current?.querySelector<HTMLElement>("input, button[type=submit], a")?.focus();
  }, [title]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    submit?.();
  };
  return (
    <main className={styles.page}>
      <form ref={form} className={styles.form} onSubmit={send}>
        <img src="/icon.svg" alt="" width={44} height={44} />
        <div>
          <h1>{title}</h1>
          <p className={styles.words}>{words}</p>
        </div>
        {reason && !wrong && (
          <p className={styles.reason} role="status">
            {reason}
          </p>
        )}
        {wrong && (
          <p className={styles.wrong} role="alert">
            {wrong}
          </p>
        )}
        {children}
      </form>
    </main>
  );
}

/** A password that is typed. `autoComplete` tells the browser whether it is the present one or a new one. */
export function PasswordField(
  props: PasswordInputProps & { autoComplete: "current-password" | "new-password" },
) {
  return (
    <PasswordInput
      required
      withAsterisk={false}
      visibilityToggleButtonProps={{ "aria-label": "Show or hide the password" }}
      {...props}
    />
  );
}

/** The address that somebody signs in by. */
export function EmailField({
  change,
  ...props
}: Omit<TextInputProps, "onChange"> & { value: string; change: (email: string) => void }) {
  return (
    <TextInput
      label="Email"
      type="email"
      name="email"
      autoComplete="username"
      required
      withAsterisk={false}
      size="md"
      onChange={(event) => change(event.currentTarget.value)}
      {...props}
    />
  );
}
