import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { api, data } from "../api/client";
import { errorBeside, errorOf } from "../ui/errors";
import { Door, EmailField } from "./Door";
import styles from "./Door.module.css";
import { waitOf } from "./wait";

interface ForgottenPasswordProps {
  email: string;
  setEmail: (email: string) => void;
  back: () => void;
}

/** Has a letter sent with a link by which the password is set anew. Whether there is such an account, nobody is told. */
export function ForgottenPassword({ email, setEmail, back }: ForgottenPasswordProps) {
  const asking = useMutation({
    mutationFn: () => data(api.POST("/api/v1/users/password-resets", { body: { email } })),
  });
  if (asking.isSuccess) {
    return (
      <Door
        title="Look in your mail"
        words={
          <>
            If <strong>{email}</strong> belongs to an account, a letter is on its way to it. Its link is good
            once, for half an hour.
          </>
        }
        submit={back}
      >
        <p className={styles.words}>Nothing there after some minutes? See among the junk, or ask again.</p>
        <Button type="submit" size="md">
          Back to signing in
        </Button>
      </Door>
    );
  }
  return (
    <Door
      title="Set a new password"
      words="We send a link to your address, by which you choose a new one."
      wrong={waitOf(asking.error) ?? errorBeside(asking.error, ["/email"])}
      submit={() => asking.mutate()}
    >
      <EmailField value={email} change={setEmail} error={errorOf(asking.error, "/email")} />
      <Button type="submit" size="md" loading={asking.isPending}>
        Send the link
      </Button>
      <Button variant="subtle" size="compact-md" className={styles.way} onClick={back}>
        Back to signing in
      </Button>
    </Door>
  );
}
