import type { PipelineStage, StageSaid } from "../../api/schema";
import { STAGES } from "../stage";

/** A key that no stage has, made of a stage's name; it stays, whatever the stage is called later. */
export function keyFor(name: string, kind: PipelineStage["kind"], taken: readonly string[]): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^[^a-z]+|_+$/g, "")
    .slice(0, 40);
  const base = plain === "" ? "stage" : plain;
  const free = (key: string) =>
    !taken.includes(key) && (key === kind || !(STAGES as readonly string[]).includes(key));
  for (let number = 1; ; number += 1) {
    const key = number === 1 ? base : `${base}_${number}`;
    if (free(key)) return key;
  }
}

/** The stages with one that is new, or is another now, in its place: behind all that are no further along. */
export function withStage(stages: readonly StageSaid[], stage: StageSaid): StageSaid[] {
  const at = stages.findIndex(({ key }) => key === stage.key);
  if (at >= 0 && stages[at]!.kind === stage.kind) {
    return stages.map((each) => (each.key === stage.key ? stage : each));
  }
  const rest = stages.filter(({ key }) => key !== stage.key);
  const before = rest.filter(({ kind }) => STAGES.indexOf(kind) <= STAGES.indexOf(stage.kind));
  return [...before, stage, ...rest.slice(before.length)];
}
