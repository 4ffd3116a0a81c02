import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ApiProblem } from "../api/problem";
import { errorBeside, errorOf } from "../ui/errors";
import { codeOf, isCode } from "./code";
import { Door } from "./Door";
import styles from "./Door.module.css";
import { answerChallenge } from "./session";
import { waitOf } from "./wait";

interface CodeStepProps {
  challenge: string;
  /** To the password again, and why. */
  back: (reason: string | null) => void;
}

/** The second step in: a code of the authenticator app, or a recovery code where the app is lost. */
export function CodeStep({ challenge, back }: CodeStepProps) {
  const [recovering, setRecovering] = useState(false);
  const [code, setCode] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const answering = useMutation({
    mutationFn: (typed: string) => answerChallenge(challenge, typed),
    onError: (error) => {
      if (error instanceof ApiProblem && error.status === 401) back(error.message);
      else input.current?.select();
    },
  });
  const type = (typed: string) => {
    setCode(typed);
    answering.reset();
    // Six digits are a whole code: nobody need say so as well.
    if (!recovering && isCode(typed)) answering.mutate(codeOf(typed));
  };
  const change = () => {
    setRecovering(!recovering);
    setCode("");
    answering.reset();
  };
  return (
    <Door
      title={recovering ? "Use a recovery code" : "Enter your code"}
      words={
        recovering
          ? "One of those you were shown when you added your second factor. Each is good once."
          : "Your authenticator app shows six digits for GardenOS."
      }
      wrong={waitOf(answering.error) ?? errorBeside(answering.error, ["/code"])}
      submit={() => answering.mutate(recovering ? code.trim() : codeOf(code))}
    >
      <TextInput
        ref={input}
        key={String(recovering)}
        label={recovering ? "Recovery code" : "Code"}
        name="code"
        className={styles.code}
        size="md"
        required
        withAsterisk={false}
        autoComplete={recovering ? "off" : "one-time-code"}
        inputMode={recovering ? "text" : "numeric"}
        placeholder={recovering ? "xxxx-xxxx-xxxx-xxxx" : "123 456"}
        maxLength={recovering ? 40 : 11}
        autoCapitalize="none"
        spellCheck={false}
        value={code}
        onChange={(event) => type(event.currentTarget.value)}
        error={errorOf(answering.error, "/code")}
      />
      <Button type="submit" size="md" loading={answering.isPending}>
        Sign in
      </Button>
      <div className={styles.ways}>
        <Button variant="subtle" size="compact-md" className={styles.way} onClick={change}>
          {recovering ? "Use a code of my app" : "I do not have my app at hand"}
        </Button>
        <Button variant="subtle" size="compact-md" className={styles.way} onClick={() => back(null)}>
          Sign in as somebody else
        </Button>
      </div>
    </Door>
  );
}
