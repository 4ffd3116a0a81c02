import { Modal } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Lines } from "../ui/states";

// Seldom wanted, and not part of the page's first look.
const Sharing = lazy(() => import("./Sharing"));

export interface ShareWithProps {
  /** The lead or client. */
  whom: { display_name: string; owner_id: string | null; shared_with: string[] };
  opened: boolean;
  close: () => void;
  /** Throws ApiProblem. */
  share: (userId: string, shared: boolean) => Promise<void>;
}

/** Whom a lead or client is shared with, beside those who see them anyway. */
export function ShareWith(props: ShareWithProps) {
  return (
    <Modal opened={props.opened} onClose={props.close} title={`Share ${props.whom.display_name}`} size={440}>
      <Suspense fallback={<Lines count={4} />}>
        <Sharing {...props} />
      </Suspense>
    </Modal>
  );
}
