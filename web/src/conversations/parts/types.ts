import type { Span } from "./spans";

export type { Call, Message } from "../../api/schema";

/** Where in a call or a message something was said: what an insight or a search result points at. */
export interface Highlight extends Span {
  field: "transcript" | "notes" | "subject" | "text";
}
