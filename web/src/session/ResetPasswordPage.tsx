import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, data } from "../api/client";
import { errorBeside, errorOf } from "../ui/errors";
import { Door, PasswordField } from "./Door";
import styles from "./Door.module.css";
import { forgetHere } from "./session";
import { waitOf } from "./wait";

/** Where the link of a letter leads: a new password is chosen. What proves it stands behind the # and goes to no log. */
export function ResetPasswordPage() {
  const [token] = useState(() => location.hash.slice(1));
  const [password, setPassword] = useState("");
  const setting = useMutation({
    mutationFn: () =>
      data(api.POST("/api/v1/users/password-resets/completion", { body: { token, password } })),
    // Every session has ended by it, the one of this browser too.
    onSuccess: forgetHere,
  });
  const stale =
    token === ""
      ? "This link is not whole. Open it from the letter again."
      : errorOf(setting.error, "/token");
  if (setting.isSuccess) {
    return (
      <Door
        title="Your password is set"
        words="Wherever you were signed in, you are not any more. Sign in with the new one."
      >
        <Button component={Link} to="/" size="md">
          Sign in
        </Button>
      </Door>
    );
  }
  return (
    <Door
      title="Choose a new password"
      words="Twelve characters or more. A few words that belong to nobody else are good."
      wrong={waitOf(setting.error) ?? stale ?? errorBeside(setting.error, ["/password", "/token"])}
      submit={() => setting.mutate()}
    >
      <PasswordField
        label="New password"
        name="new-password"
        autoComplete="new-password"
        size="md"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={errorOf(setting.error, "/password")}
      />
      <Button type="submit" size="md" loading={setting.isPending} disabled={token === ""}>
        Set the password
      </Button>
      <Button component={Link} to="/" variant="subtle" size="compact-md" className={styles.way}>
        Back to signing in
      </Button>
    </Door>
  );
}
