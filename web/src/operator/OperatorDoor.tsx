import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Door, EmailField, PasswordField } from "../session/Door";
import { waitOf } from "../session/wait";
import { errorBeside, errorOf } from "../ui/errors";
import { enter } from "./session";

/** An operator's way in: password and code together. */
export function OperatorDoor({ reason }: { reason: string | null }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const entering = useMutation({ mutationFn: () => enter(email, password, code), gcTime: 0 });
  return (
    <Door
      title="Operate GardenOS"
      words="For those who run this platform. An agency’s people sign in elsewhere."
      reason={reason}
      wrong={waitOf(entering.error) ?? errorBeside(entering.error, ["/email", "/password", "/code"])}
      submit={() => entering.mutate()}
    >
      <EmailField value={email} change={setEmail} error={errorOf(entering.error, "/email")} />
      <PasswordField
        label="Password"
        name="password"
        autoComplete="current-password"
        size="md"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={errorOf(entering.error, "/password")}
      />
      <TextInput
        label="Code"
        description="Of your authenticator app, or a recovery code"
        name="code"
        autoComplete="one-time-code"
        required
        withAsterisk={false}
        size="md"
        maxLength={100}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        error={errorOf(entering.error, "/code")}
      />
      <Button type="submit" size="md" loading={entering.isPending}>
        Sign in as an operator
      </Button>
    </Door>
  );
}
