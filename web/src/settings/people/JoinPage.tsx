import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, data } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import { Door, PasswordField } from "../../session/Door";
import { forgetHere, signIn, switchAgency, useSession } from "../../session/session";
import { SignInPage } from "../../session/SignInPage";
import styles from "../../session/Door.module.css";
import { errorBeside, errorOf } from "../../ui/errors";
import { words } from "../../ui/format";
import { Lines } from "../../ui/states";

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
  const [known, setKnown] = useState(false);
  const session = useSession();
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
  if (session.status === "signed-in" && session.user.email === email) {
    return <JoinSignedIn token={token} agency={agency} role={role} email={email} />;
  }
  if (known) return <SignInPage reason={`Sign in, then you join ${agency}.`} address={email} />;
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
      <Button variant="subtle" size="compact-md" className={styles.way} onClick={() => setKnown(true)}>
        I use GardenOS with this address already
      </Button>
    </Door>
  );
}

interface JoinSignedInProps {
  token: string;
  agency: string;
  role: string;
  email: string;
}

/** Who is known joins by the login they have, and goes on in the agency they joined. */
function JoinSignedIn({ token, agency, role, email }: JoinSignedInProps) {
  const navigate = useNavigate();
  // The link is good once: whoever could not go there after joining tries that alone.
  const [joined, setJoined] = useState<string | null>(null);
  const joining = useMutation({
    mutationFn: async () => {
      const there =
        joined ?? (await data(api.POST("/api/v1/invitations/join", { body: { token } }))).agency.id;
      setJoined(there);
      await switchAgency(there);
    },
    onSuccess: () => navigate({ to: "/" }),
  });
  return (
    <Door
      title={`Join ${agency}`}
      words={
        <>
          You join as {words(role).toLowerCase()}, with the password you have. You are signed in as{" "}
          <strong>{email}</strong>.
        </>
      }
      wrong={joining.error?.message}
      submit={() => joining.mutate()}
    >
      <Button type="submit" size="md" loading={joining.isPending}>
        Join
      </Button>
    </Door>
  );
}
