import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { errorBeside, errorOf } from "../ui/errors";
import { Door, EmailField } from "./Door";
import styles from "./Door.module.css";
import { goToProvider } from "./singleSignOn";
import { waitOf } from "./wait";

interface SingleSignOnStepProps {
  email: string;
  setEmail: (email: string) => void;
  back: () => void;
}

/** Asks for the address by whose domain the agency's provider is found. Who is there, nobody is told. */
export function SingleSignOnStep({ email, setEmail, back }: SingleSignOnStepProps) {
  const going = useMutation({ mutationFn: () => goToProvider({ email }) });
  return (
    <Door
      title="Single sign-on"
      words="You go on at your agency's own sign-in, and come back here."
      wrong={waitOf(going.error) ?? errorBeside(going.error, ["/email"])}
      submit={() => going.mutate()}
    >
      <EmailField label="Work email" value={email} change={setEmail} error={errorOf(going.error, "/email")} />
      {/* Once it is done this page is left. */}
      <Button type="submit" size="md" loading={going.isPending || going.isSuccess}>
        Continue
      </Button>
      <Button variant="subtle" size="compact-md" className={styles.way} onClick={back}>
        Sign in with a password
      </Button>
    </Door>
  );
}
