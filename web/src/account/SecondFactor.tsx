import { Button } from "@mantine/core";
import { IconShieldCheck, IconShieldOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Card } from "../ui/Page";
import { Sign } from "../ui/Sign";
import { Failed, Lines, Stale } from "../ui/states";
import { When } from "../ui/When";
import styles from "./Account.module.css";
import { AddSecondFactor, RemoveSecondFactor, RenewRecoveryCodes } from "./SecondFactorDialogs";
import { secondFactor } from "./queries";

const FEW = 3;

/** Whether signing in asks for a code besides the password, and what can be done about it. */
export function SecondFactor() {
  const { data: state, error, refetch } = useQuery(secondFactor);
  const [open, setOpen] = useState<"add" | "renew" | "remove" | null>(null);
  const close = () => setOpen(null);
  return (
    <Card title="Second factor">
      {error && state && <Stale error={error} retry={() => void refetch()} />}
      {error && !state && <Failed error={error} retry={() => void refetch()} what="part" />}
      {!state && !error && <Lines count={2} label="Loading your second factor" />}
      {state?.since && (
        <>
          <div className={styles.state}>
            <Sign tone="good">
              <IconShieldCheck size={18} aria-hidden="true" />
            </Sign>
            <div>
              <p>
                <strong>Signing in asks for a code of your app.</strong>
              </p>
              <p className={styles.words}>
                Added <When at={state.since} />.{" "}
                <span data-few={state.recovery_codes_left <= FEW || undefined} className={styles.left}>
                  {codesLeft(state.recovery_codes_left)}
                </span>
              </p>
            </div>
          </div>
          <div className={styles.actions}>
            <Button variant="default" onClick={() => setOpen("renew")}>
              New recovery codes
            </Button>
            <Button variant="default" onClick={() => setOpen("remove")}>
              Take it away
            </Button>
          </div>
        </>
      )}
      {state && !state.since && (
        <>
          <div className={styles.state}>
            <Sign tone="warn">
              <IconShieldOff size={18} aria-hidden="true" />
            </Sign>
            <div>
              <p>
                <strong>Signing in asks for your password alone.</strong>
              </p>
              <p className={styles.words}>
                With an authenticator app on your phone, a password that somebody learned does not let them
                in.
              </p>
            </div>
          </div>
          <div className={styles.actions}>
            <Button onClick={() => setOpen("add")}>Add an authenticator app</Button>
          </div>
        </>
      )}
      <AddSecondFactor opened={open === "add"} close={close} />
      <RenewRecoveryCodes opened={open === "renew"} close={close} />
      <RemoveSecondFactor opened={open === "remove"} close={close} />
    </Card>
  );
}

function codesLeft(left: number): string {
  if (left === 0) return "No recovery code is left: make new ones.";
  return left === 1 ? "One recovery code is left." : `${left} recovery codes are left.`;
}
