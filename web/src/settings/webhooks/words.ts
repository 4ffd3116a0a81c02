import type { Delivery, EventType, Webhook } from "../../api/schema";
import type { Tone } from "../../ui/Chip";
import { eventName } from "../../ui/eventNames";

/** `Lead captured` of `leads.LeadCaptured.v1`. */
export function eventTitle(type: string): string {
  return type === "webhook.test" ? "Test" : eventName(type).title;
}

/** Those whose title, type or words hold every word that is looked for. */
export function found(events: readonly EventType[], sought: string): EventType[] {
  const wanted = sought.toLowerCase().split(/\s+/).filter(Boolean);
  return events.filter(({ type, words }) => {
    const text = `${eventTitle(type)} ${type} ${words}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** Which events a webhook is sent, in a few words. */
export function choiceInWords({ event_types }: Pick<Webhook, "event_types">): string {
  if (event_types === null) return "all events";
  if (event_types.length === 1) return eventTitle(event_types[0]!);
  return `${event_types.length} kinds of events`;
}

/** How a delivery stands: its word, and a tone for the eye. */
export const STATES: Record<Delivery["state"], { word: string; tone: Tone }> = {
  waiting: { word: "Waiting", tone: "info" },
  delivered: { word: "Delivered", tone: "good" },
  failed: { word: "Failed", tone: "bad" },
  held: { word: "Held", tone: "warn" },
  dropped: { word: "Dropped", tone: "plain" },
};

/** How a webhook stands: its word, and a tone for the eye. */
export function standing(webhook: Webhook): { word: string; tone: Tone } {
  if (webhook.state === "paused") {
    return { word: "Paused", tone: webhook.paused_because === "by hand" ? "plain" : "bad" };
  }
  return webhook.failing_since === null
    ? { word: "Active", tone: "good" }
    : { word: "Failing", tone: "warn" };
}
