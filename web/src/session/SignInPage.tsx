import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { errorBeside, errorOf } from "../ui/errors";
import { CodeStep } from "./CodeStep";
import { Door, EmailField, PasswordField } from "./Door";
import styles from "./Door.module.css";
import { ForgottenPassword } from "./ForgottenPassword";
import { RegisterStep, registration } from "./RegisterStep";
import { signIn } from "./session";
import { SingleSignOnStep } from "./SingleSignOnStep";
import { waitOf } from "./wait";

/** Where somebody is on the way in. */
type Step =
  | { at: "password" }
  | { at: "code"; challenge: string }
  | { at: "forgotten" }
  | { at: "single-sign-on" }
  | { at: "register" };

/** Where a session begins. `reason` tells why the last one ended; `address` is who is awaited. */
export function SignInPage({ reason: ended, address = "" }: { reason: string | null; address?: string }) {
  const [step, setStep] = useState<Step>({ at: "password" });
  const [reason, setReason] = useState(ended);
  const [email, setEmail] = useState(address);
  const back = (why: string | null) => {
    setReason(why);
    setStep({ at: "password" });
  };
  switch (step.at) {
    case "password":
      return (
        <PasswordStep
          reason={reason}
          email={email}
          setEmail={setEmail}
          challenged={(challenge) => setStep({ at: "code", challenge })}
          forgotten={() => setStep({ at: "forgotten" })}
          singleSignOn={() => setStep({ at: "single-sign-on" })}
          register={() => setStep({ at: "register" })}
        />
      );
    case "code":
      return <CodeStep challenge={step.challenge} back={back} />;
    case "forgotten":
      return <ForgottenPassword email={email} setEmail={setEmail} back={() => back(null)} />;
    case "single-sign-on":
      return <SingleSignOnStep email={email} setEmail={setEmail} back={() => back(null)} />;
    case "register":
      return <RegisterStep email={email} setEmail={setEmail} back={() => back(null)} />;
  }
}

interface PasswordStepProps {
  reason: string | null;
  email: string;
  setEmail: (email: string) => void;
  /** The password was right, and a second factor is asked for. */
  challenged: (challenge: string) => void;
  forgotten: () => void;
  singleSignOn: () => void;
  register: () => void;
}

function PasswordStep({
  reason,
  email,
  setEmail,
  challenged,
  forgotten,
  singleSignOn,
  register,
}: PasswordStepProps) {
  const { data: registering } = useQuery(registration);
  const [password, setPassword] = useState("");
  const signingIn = useMutation({
    mutationFn: () => signIn(email, password),
    onSuccess: (challenge) => challenge !== null && challenged(challenge),
  });
  return (
    <Door
      title="Sign in to GardenOS"
      words="The operating system of your agency."
      reason={reason}
      wrong={waitOf(signingIn.error) ?? errorBeside(signingIn.error, ["/email", "/password"])}
      submit={() => signingIn.mutate()}
    >
      <EmailField value={email} change={setEmail} error={errorOf(signingIn.error, "/email")} />
      <PasswordField
        label="Password"
        name="password"
        autoComplete="current-password"
        size="md"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={errorOf(signingIn.error, "/password")}
      />
      <Button type="submit" size="md" loading={signingIn.isPending}>
        Sign in
      </Button>
      <Button variant="default" size="md" onClick={singleSignOn}>
        Continue with single sign-on
      </Button>
      <Button variant="subtle" size="compact-md" className={styles.way} onClick={forgotten}>
        I forgot my password
      </Button>
      {registering?.open && (
        <Button variant="subtle" size="compact-md" className={styles.way} onClick={register}>
          Create an agency
        </Button>
      )}
    </Door>
  );
}
