import { Modal } from "@mantine/core";
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { Lead, PipelineStage } from "../../api/schema";
import { Lines } from "../../ui/states";
import { useMoveLead } from "../edit";
import { missing, pipelineOf, usePipelines } from "./queries";

// Most leads are moved without a question.
const Convert = lazy(() => import("../Convert").then((room) => ({ default: room.Convert })));
const LostReason = lazy(() => import("../LostReason").then((room) => ({ default: room.LostReason })));
const Missing = lazy(() => import("./Missing").then((room) => ({ default: room.Missing })));
const RecycleDialog = lazy(() =>
  import("../recycling/RecycleDialog").then((room) => ({ default: room.RecycleDialog })),
);

type Asking = { lead: Lead; to: PipelineStage; what: "lost" | "won" | "missing" };

/**
 * Moves leads along their pipelines: at once, or after it was asked what must be known of them there, why they are lost,
 * or whether they become a client. `start` says which; `dialogs` go somewhere on the page.
 */
export function useMoving(): {
  start: (lead: Lead, to: PipelineStage) => "moves" | "asks";
  /** Asks until when a lead is left alone. */
  recycle: (lead: Lead) => void;
  dialogs: ReactNode;
} {
  const [asking, setAsking] = useState<Asking | null>(null);
  const [recycling, setRecycling] = useState<Lead | null>(null);
  const there = usePipelines();
  const move = useMoveLead();
  const close = () => setAsking(null);
  const start = (lead: Lead, to: PipelineStage, filled = false): "moves" | "asks" => {
    const what =
      !filled && missing(lead, to).length > 0
        ? "missing"
        : to.kind === "won" || (to.kind === "lost" && lead.stage !== "lost")
          ? to.kind
          : null;
    setAsking(what && { lead, to, what });
    if (what) return "asks";
    void move(lead, to);
    return "moves";
  };
  const { lead, to, what } = asking ?? {};
  const dialogs = (
    <>
      {lead && to && what === "missing" && (
        <Modal opened onClose={close} title={`Before ${lead.display_name} is in ${to.name}`} size={460}>
          <Suspense fallback={<Lines count={3} label="Loading what must be known" />}>
            <Missing id={lead.id} before={lead} to={to} close={close} move={(now) => start(now, to, true)} />
          </Suspense>
        </Modal>
      )}
      {lead && to && what === "lost" && (
        <Suspense fallback={null}>
          <LostReason
            opened
            leadId={lead.id}
            reasons={pipelineOf(there, lead).exit_reasons}
            close={close}
            lose={(why) => void move(lead, to, why)}
          />
        </Suspense>
      )}
      {lead && what === "won" && (
        <Suspense fallback={null}>
          <Convert lead={lead} opened close={close} />
        </Suspense>
      )}
      {recycling && (
        <Suspense fallback={null}>
          <RecycleDialog lead={recycling} close={() => setRecycling(null)} />
        </Suspense>
      )}
    </>
  );
  return { start, recycle: setRecycling, dialogs };
}
