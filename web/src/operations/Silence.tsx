import { Button } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import { ApiProblem } from "../api/problem";
import { duration } from "../ui/format";
import { useNow } from "../ui/When";
import type { Silent } from "./fromEach";
import styles from "./Operations.module.css";
import { SERVICES } from "./services";

/** Which services do not answer, and how old what is shown of them is. The others are shown all the same. */
export function Silence({ silent, ask }: { silent: readonly Silent[]; ask: () => void }) {
  const now = useNow();
  if (silent.length === 0) return null;
  return (
    <div className={styles.silence} role="status">
      <IconCloudOff size={16} aria-hidden="true" />
      <ul>
        {silent.map(({ service, error, since }) => (
          <li key={service}>
            <strong>{SERVICES[service]}</strong> {silenceInWords(error)}{" "}
            {since === null
              ? "Nothing is shown of it."
              : `What is shown of it is ${now - since < 60_000 ? "less than a minute" : duration((now - since) / 1000)} old.`}
          </li>
        ))}
      </ul>
      <Button size="compact-sm" variant="subtle" onClick={ask}>
        Try now
      </Button>
    </div>
  );
}

/** Why a service does not tell. */
function silenceInWords(error: unknown): string {
  if (!(error instanceof ApiProblem)) return "gave an answer that cannot be read.";
  if (error.status === 500) return "failed to answer; its log says why.";
  return error.passes ? "cannot be reached just now." : `refuses: ${error.message}`;
}
