import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { errorBeside, errorOf } from "../ui/errors";
import styles from "./SignInPage.module.css";
import { signIn } from "./session";

/** Where a session begins. `reason` tells why the last one ended. */
export function SignInPage({ reason }: { reason: string | null }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const signingIn = useMutation({ mutationFn: () => signIn(email, password) });
  useEffect(() => {
    document.title = "Sign in · GardenOS";
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signingIn.mutate();
  };
  const wrong = errorBeside(signingIn.error, ["/email", "/password"]);
  return (
    <main className={styles.page}>
      <form className={styles.form} onSubmit={submit}>
        <img src="/icon.svg" alt="" width={44} height={44} />
        <div>
          <h1>Sign in to GardenOS</h1>
          <p className={styles.words}>The operating system of your agency.</p>
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
        <TextInput
          label="Email"
          type="email"
          name="email"
          autoComplete="username"
          required
          withAsterisk={false}
          size="md"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          error={errorOf(signingIn.error, "/email")}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={errorOf(signingIn.error, "/password")}
          visibilityToggleButtonProps={{ "aria-label": "Show or hide the password" }}
        />
        <Button type="submit" size="md" loading={signingIn.isPending}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
