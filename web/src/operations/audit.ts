import type { AuditEntry } from "../api/schema";
import { words } from "../ui/format";
import { eventName } from "../ui/eventNames";
import { SERVICE_NAMES, type ServiceName } from "./services";

/** An entry of the audit trail, with the service that keeps it. */
export type Audited = AuditEntry & { service: ServiceName };

/** What kind of thing was done. */
export const DEEDS = { change: "Changes", read: "Looks", "sign-in": "Sign-ins" } as const;

export type Deed = keyof typeof DEEDS;

/** How far back is looked, in days. */
export const SPANS = { 1: "Last 24 hours", 7: "Last 7 days", 30: "Last 30 days" } as const;

export type Span = keyof typeof SPANS;

/** What an entry is called in an address. */
export function keyOfEntry({ service, id }: Pick<Audited, "service" | "id">): string {
  return `${service}/${id}`;
}

/**
 * The services' entries as one list, the latest first, as far down as it is whole: below the oldest entry that is known of a
 * service which has more, something may be missing.
 */
export function latestFirst(entries: readonly Audited[], unfinished: readonly ServiceName[]): Audited[] {
  const oldestOf = (service: ServiceName) =>
    entries.reduce(
      (oldest, each) => (each.service === service ? Math.min(oldest, Date.parse(each.at)) : oldest),
      Infinity,
    );
  const whole = Math.max(-Infinity, ...unfinished.map(oldestOf).filter(Number.isFinite));
  return entries
    .filter(({ at }) => Date.parse(at) >= whole)
    .toSorted(
      (one, other) =>
        Date.parse(other.at) - Date.parse(one.at) ||
        SERVICE_NAMES.indexOf(one.service) - SERVICE_NAMES.indexOf(other.service) ||
        (other.sequence ?? 0) - (one.sequence ?? 0),
    );
}

/** What an entry's type is called: an event's name, or what was looked at. */
export function typeTitle(type: string): string {
  return type.includes(".") ? eventName(type).title : words(type);
}

/** Whether somebody was not let in: nobody knows who it was, and the record is the account. */
export function isRefusal(entry: Pick<AuditEntry, "kind" | "type">): boolean {
  return entry.kind === "sign-in" && entry.type.startsWith("not signed in");
}

/** From where something was asked for. */
export interface Origin {
  network: string | null;
  device: string | null;
  session: string | null;
}

/** `203.0.113.0/24; Firefox on Windows; session 01…` in its parts. */
export function originOf(origin: string | null): Origin {
  const [network = null, device = null, session = ""] = origin?.split("; ") ?? [];
  return {
    network: network === "unknown" ? null : network,
    device,
    session: /^session (.+)$/.exec(session)?.[1] ?? null,
  };
}

const SCOPES: Readonly<Record<string, string>> = {
  agency: "the whole agency",
  teams: "their teams",
  own: "their own",
};

/** By which rule it was allowed: `records:write/own` as `Records: write, their own`. */
export function ruleInWords(rule: string | null): string | null {
  if (rule === null) return null;
  const [, resource, act, scope] = /^(\w+):(.+)\/(\w+)$/.exec(rule) ?? [];
  if (resource) return `${words(resource)}: ${act!.replaceAll("-", " ")}, ${SCOPES[scope!] ?? scope}`;
  const [, by, what] = /^(\w+):(.+)$/.exec(rule) ?? [];
  if (by === "public") return `Open to anybody: ${words(what!).toLowerCase()}`;
  if (by === "platform" || by === "agency") return `The ${by} ${what}`;
  return rule;
}
