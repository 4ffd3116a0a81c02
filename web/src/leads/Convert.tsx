import { Button, Loader, Modal } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, newKey, versioned } from "../api/client";
import { merge } from "../api/records";
import type { Lead } from "../api/schema";
import { clientById } from "../clients/queries";
import form from "../ui/Form.module.css";
import { LinkButton } from "../ui/LinkButton";
import styles from "./Convert.module.css";

const ONBOARDED_WITHIN_MS = 15_000;
const AGAIN_MS = 700;

interface ConvertProps {
  lead: Lead;
  opened: boolean;
  close: () => void;
}

/** Makes a lead a client, once it was said what that does. Nothing is shown as done before it is. */
export function Convert(props: ConvertProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.close}
      title={`Convert ${props.lead.display_name} to a client`}
      size={460}
    >
      <Steps {...props} />
    </Modal>
  );
}

function Steps({ lead, close }: ConvertProps) {
  const queries = useQueryClient();
  const [key] = useState(newKey);
  const converting = useMutation({
    mutationFn: () =>
      versioned(
        api.POST("/api/v1/leads/{lead_id}/conversion", {
          params: { path: { lead_id: lead.id } },
          headers: { "Idempotency-Key": key },
          body: {},
        }),
      ),
    onSuccess: (won) => {
      merge(queries, "leads", won);
      void queries.invalidateQueries({ queryKey: ["timeline"] });
      void queries.invalidateQueries({ queryKey: ["leads", "list"] });
    },
  });
  const clientId = converting.data?.data.client_id;
  if (clientId) return <Onboarding clientId={clientId} person={lead.display_name} close={close} />;
  return (
    <div className={form.form}>
      {converting.error && (
        <p role="alert" className={form.wrong}>
          {converting.error.message}
        </p>
      )}
      <ul className={form.effects}>
        <li>{lead.display_name} is onboarded as a client of the agency.</li>
        <li>The timeline, calls and emails go on there; nothing is lost.</li>
        <li>The lead is won. This cannot be undone.</li>
      </ul>
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button data-autofocus loading={converting.isPending} onClick={() => converting.mutate()}>
          Convert to client
        </Button>
      </div>
    </div>
  );
}

/** The client is there a moment after the lead was won. */
function Onboarding({ clientId, person, close }: { clientId: string; person: string; close: () => void }) {
  const [late, setLate] = useState(false);
  const client = useQuery({
    ...clientById(clientId),
    retry: false,
    refetchInterval: ({ state }) => (state.data || late ? false : AGAIN_MS),
  });
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), ONBOARDED_WITHIN_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={form.form}>
      <p role="status" className={styles.onboarding}>
        {client.data ? (
          `${person} is a client now.`
        ) : late ? (
          "The lead is won. The client is not there yet; it takes longer than usual, and will appear by itself."
        ) : (
          <>
            <Loader size={16} /> Onboarding…
          </>
        )}
      </p>
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          {client.data ? "Stay here" : "Close"}
        </Button>
        {client.data ? (
          // The keyboard goes on with what one came for.
          <LinkButton to="/clients/$clientId" params={{ clientId }} ref={focus}>
            Open client
          </LinkButton>
        ) : (
          late && <Button onClick={() => void client.refetch()}>Look again</Button>
        )}
      </div>
    </div>
  );
}

const focus = (element: HTMLElement | null) => element?.focus();
