import type { Lead } from "../../api/schema";

export type Columns = Readonly<Record<string, readonly Lead[] | undefined>>;

/**
 * Every lead once, in the column of the stage that it is in now: one that was just moved is still among those that were
 * asked for with its old stage. Who came so stands first, where it is seen.
 */
export function arrange(asked: Columns): Columns {
  const stages = Object.keys(asked);
  const all = stages.flatMap((stage) => asked[stage] ?? []);
  const latest = new Map<string, Lead>();
  for (const lead of all) {
    const seen = latest.get(lead.id);
    if (!seen || lead.version >= seen.version) latest.set(lead.id, lead);
  }
  return Object.fromEntries(
    stages.map((stage) => {
      const own = asked[stage] ?? [];
      const inPlace = new Set(own.map(({ id }) => id));
      const here = [...latest.values()].filter((lead) => lead.stage_key === stage);
      const stayed = own.map(({ id }) => latest.get(id)!).filter((lead) => lead.stage_key === stage);
      return [stage, [...here.filter(({ id }) => !inPlace.has(id)), ...stayed]];
    }),
  );
}

/** The column beside this one, among those that are shown; null at either end. */
export function beside(stages: readonly string[], stage: string, by: 1 | -1): string | null {
  return stages[stages.indexOf(stage) + by] ?? null;
}
