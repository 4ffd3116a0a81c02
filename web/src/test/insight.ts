import type { Insight } from "../api/schema";

/** An insight as the service answers it, with what a test says of it. */
export function anInsight(said: Partial<Insight> & Pick<Insight, "id" | "kind" | "value">): Insight {
  return {
    label: said.kind,
    display: said.value,
    quote: said.value,
    source_kind: "call",
    source_id: "c",
    source_field: "transcript",
    start: 0,
    end: said.value?.length ?? 0,
    confidence: 0.9,
    engine: "offline",
    engine_version: "1",
    person_id: null,
    lead_id: null,
    client_id: null,
    said_at: "2026-11-20T12:00:00Z",
    ...said,
  };
}
