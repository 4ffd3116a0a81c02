import type { Lead } from "../../api/schema";
import { StageChip } from "../stage";
import { stageOf, usePipelines } from "./queries";

/** Where a lead is, as the agency calls it. */
export function LeadStage({ lead }: { lead: Pick<Lead, "pipeline" | "stage" | "stage_key"> }) {
  const { kind, name } = stageOf(usePipelines(), lead);
  return <StageChip stage={kind} name={name} />;
}
