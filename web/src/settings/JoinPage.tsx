import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, data } from "../api/client";
import { ApiProblem } from "../api/problem";
import { Door, PasswordField } from "../session/Door";
import { forgetHere, signIn } from "../session/session";
import { errorBeside, errorOf } from "../ui/errors";
import { words } from "../ui/format";
import { Lines } from "../ui/states";

/** Where the link of an invitation leads. What proves it stands behind the # and goes to no log. */
export function JoinPage() {
  const [token] = useState(() => location.hash.slice(1));
  const invited = useQuery({
    queryKey: ["invited", token],
    queryFn: () => data(api.POST("/api/v1/invitations/look", { body: { token } })),
    enabled: token !== "",
    staleTime: Infinity,
  });
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const navigate = useNavigate();
  const joining = useMutation({
    mutationFn: async () => {
      const { email } = await data(
        api.POST("/api/v1/invitations/accept", { body: { token, name, password } }),
      );
      // Whoever was signed in here before is not who has just joined.
      forgetHere();
      await signIn(email, password);
    },
    onSuccess: () => navigate({ to: "/" }),
  });
  if (token === "" || (invited.error instanceof ApiProblem && !invited.error.passes)) {
    return (
      <Door
        title="This invitation is not good"
        words={
          token === ""
            ? "The link is not whole. Open it from the letter again."
            : (invited.error?.message ?? "It was used, withdrawn or has expired.")
        }
      >
        <Button component={Link} to="/" size="md">
          Go to GardenOS
        </Button>
      </Door>
    );
  }
  if (!invited.data) {
    return (
      <Door title="Your invitation" words="A moment." wrong={invited.error?.message}>
        {invited.error ? (
          <Button size="md" onClick={() => void invited.refetch()}>
            Try again
          </Button>
        ) : (
          <Lines count={3} label="Loading your invitation" />
        )}
      </Door>
    );
  }
  const { agency, email, role } = invited.data;
  return (
    <Door
      title={`Join ${agency}`}
      words={
        <>
          You join as {words(role).toLowerCase()}, and sign in with <strong>{email}</strong>.
        </>
      }
      wrong={errorBeside(joining.error, ["/name", "/password"])}
      submit={() => joining.mutate()}
    >
      <TextInput
        label="Your name"
        name="name"
        autoComplete="name"
        description="As your colleagues will see it."
        required
        withAsterisk={false}
        maxLength={200}
        size="md"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={errorOf(joining.error, "/name")}
      />
      {/* Whose password it is, to those who keep passwords. */}
      <input type="text" name="email" autoComplete="username" value={email} readOnly hidden />
      <PasswordField
        label="Password"
        name="new-password"
        autoComplete="new-password"
        description="Twelve characters or more. A few words that belong to nobody else are good."
        size="md"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={errorOf(joining.error, "/password")}
      />
      <Button type="submit" size="md" loading={joining.isPending}>
        Join
      </Button>
    </Door>
  );
}
