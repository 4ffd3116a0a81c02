import type { Stage } from "../api/schema";
import { Chip, type Tone } from "../ui/Chip";
import { words } from "../ui/format";

/** How far along a lead may be, whatever the agency calls that; in its order. */
export const STAGES: readonly Stage[] = ["new", "contacted", "qualified", "quoted", "won", "lost"];

/** Stages that a person moves a lead to by hand; won is reached by converting. */
export const OPEN_STAGES: readonly Stage[] = ["new", "contacted", "qualified", "quoted"];

export const isClosed = (stage: Stage): boolean => stage === "won" || stage === "lost";

const TONES: Record<Stage, Tone> = {
  new: "info",
  contacted: "accent",
  qualified: "violet",
  quoted: "warn",
  won: "good",
  lost: "plain",
};

/** Where a lead is on the way to a first policy. */
export function StageChip({ stage, name }: { stage: Stage; name?: string }) {
  return <Chip tone={TONES[stage]}>{name ?? words(stage)}</Chip>;
}
