import { Button } from "@mantine/core";
import { IconMail, IconMailOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Invitation } from "../../api/schema";
import { Chip } from "../../ui/Chip";
import { words } from "../../ui/format";
import { Card } from "../../ui/Page";
import { Sign } from "../../ui/Sign";
import { Failed } from "../../ui/states";
import { failed } from "../../ui/toast";
import { When } from "../../ui/When";
import { LinkToHandOn } from "./LinkToHandOn";
import { invitations } from "../queries";
import { useResend, useWithdraw } from "./queries";
import styles from "../Settings.module.css";

/** Who was asked to join and has not yet; nothing, where nobody was. */
export function Invitations() {
  const { data: open, error, refetch } = useQuery(invitations);
  const resending = useResend();
  const withdrawing = useWithdraw();
  const [link, setLink] = useState<{ email: string; link: string } | null>(null);
  if (error && !open) {
    return (
      <Card title="Invited">
        <Failed error={error} retry={() => void refetch()} what="list" />
      </Card>
    );
  }
  const resend = (invitation: Invitation) =>
    resending.mutate(invitation, {
      onSuccess: (sent) => sent.link !== null && setLink({ email: sent.email, link: sent.link }),
      onError: (error) => failed("The invitation was not sent", error),
    });
  const withdraw = (invitation: Invitation) =>
    withdrawing.mutate(invitation, { onError: (error) => failed("The invitation stands", error) });
  const busy = resending.isPending || withdrawing.isPending;
  return (
    <>
      {open && open.length > 0 && (
        <Card title={`Invited (${open.length})`}>
          <ul className={styles.entries} aria-label="Invited">
            {open.map((invitation) => (
              <li key={invitation.id} className={styles.entry}>
                <Sign tone={invitation.state === "expired" ? "warn" : "info"}>
                  {invitation.state === "expired" ? (
                    <IconMailOff size={18} aria-hidden="true" />
                  ) : (
                    <IconMail size={18} aria-hidden="true" />
                  )}
                </Sign>
                <div className={styles.who}>
                  <p>
                    <strong>{invitation.email}</strong>
                    <Chip>{words(invitation.role)}</Chip>
                    {invitation.state === "expired" && <Chip tone="warn">Expired</Chip>}
                  </p>
                  <small>
                    Asked <When at={invitation.invited_at} /> · the link{" "}
                    {invitation.state === "expired" ? "was" : "is"} good until{" "}
                    <When at={invitation.expires_at} exact />
                  </small>
                </div>
                <div className={styles.acts}>
                  <Button
                    variant="default"
                    size="compact-md"
                    disabled={busy}
                    onClick={() => resend(invitation)}
                    aria-label={`Send again: the invitation of ${invitation.email}`}
                  >
                    Send again
                  </Button>
                  <Button
                    variant="default"
                    size="compact-md"
                    disabled={busy}
                    onClick={() => withdraw(invitation)}
                    aria-label={`Withdraw the invitation of ${invitation.email}`}
                  >
                    Withdraw
                  </Button>
                </div>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <LinkToHandOn shown={link} close={() => setLink(null)} />
    </>
  );
}
