import type { Lead } from "../../api/schema";
import { Chip } from "../../ui/Chip";
import { shortDay } from "../recycling/day";
import { StageChip } from "../stage";
import { stageOf, usePipelines } from "./queries";

/** Where a lead is, as the agency calls it; and when it comes back, if it is left alone until then. */
export function LeadStage({
  lead,
}: {
  lead: Pick<Lead, "pipeline" | "stage" | "stage_key"> & Partial<Pick<Lead, "comes_back_on">>;
}) {
  const { kind, name } = stageOf(usePipelines(), lead);
  const chip = <StageChip stage={kind} name={name} />;
  if (!lead.comes_back_on) return chip;
  return (
    <>
      {chip} <Chip tone="info">comes back {shortDay(lead.comes_back_on)}</Chip>
    </>
  );
}
