import type { Insight, InsightKind } from "../api/schema";

/** In the order in which a producer asks for them. `replaced`: a later value takes the place of an earlier. */
const KINDS: Record<InsightKind, { title: string; replaced: boolean }> = {
  x_date: { title: "X-date", replaced: true },
  current_carrier: { title: "Current carrier", replaced: true },
  premium: { title: "Premium", replaced: true },
  line_of_business: { title: "Line of business", replaced: false },
  intent: { title: "Intent", replaced: true },
  objection: { title: "Objections", replaced: false },
  next_step: { title: "Next step", replaced: true },
  life_event: { title: "Life events", replaced: false },
};

/** What is known of one matter: what holds now, and what was said before. */
export interface Group {
  kind: InsightKind;
  title: string;
  standing: Insight[];
  superseded: Insight[];
}

/** Insights by what they tell, the latest first. One value said twice stands once, where it was said last. */
export function grouped(insights: readonly Insight[]): Group[] {
  const latestFirst = insights.toSorted((a, b) => b.said_at.localeCompare(a.said_at) || a.start - b.start);
  return (Object.keys(KINDS) as InsightKind[]).flatMap((kind) => {
    const { title, replaced } = KINDS[kind];
    const own = latestFirst.filter((insight) => insight.kind === kind);
    const standing: Insight[] = [];
    const superseded: Insight[] = [];
    for (const insight of own) {
      const repeats = standing.some(({ value }) => value === insight.value);
      if (repeats || (replaced && standing.length > 0)) superseded.push(insight);
      else standing.push(insight);
    }
    return own.length > 0 ? [{ kind, title, standing, superseded }] : [];
  });
}

/** Who read them: `offline` is the engine of rules that needs no model. */
export function enginesOf(insights: readonly Insight[]): string[] {
  return [...new Set(insights.map(({ engine }) => engine))].toSorted();
}
