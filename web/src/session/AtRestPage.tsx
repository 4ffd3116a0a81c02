import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { AGENCY_CLOSED } from "../api/problem";
import { Door } from "./Door";
import { restore, signOut } from "./session";

const LOOKS_EVERY_MS = 30_000;

/** The agency stands still: says why and whom to turn to. Once it goes on, so does the client, where it was. */
export function AtRestPage({ type, words }: { type: string; words: string }) {
  const looking = useMutation({ mutationFn: restore });
  useEffect(() => {
    const timer = setInterval(() => void restore().catch(() => undefined), LOOKS_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Door
      title={type === AGENCY_CLOSED ? "Your agency is closed" : "Your agency is suspended"}
      words={words}
      wrong={looking.error?.message}
      submit={() => looking.mutate()}
    >
      <Button type="submit" size="md" loading={looking.isPending}>
        Look again
      </Button>
      <Button variant="default" size="md" onClick={() => void signOut()}>
        Sign out
      </Button>
    </Door>
  );
}
