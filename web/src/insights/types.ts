/** What an insight tells. */
export type InsightKind =
  | "x_date"
  | "current_carrier"
  | "line_of_business"
  | "premium"
  | "intent"
  | "objection"
  | "next_step"
  | "life_event";

/** A fact that was read out of a call or a message, with the place where it was said. */
export interface Insight {
  id: string;
  kind: InsightKind;
  label: string;
  value: string;
  display: string;
  quote: string;
  source_kind: "call" | "message";
  source_id: string;
  source_field: "transcript" | "notes" | "subject" | "text";
  start: number;
  end: number;
  confidence: number;
  engine: string;
  said_at: string;
}
