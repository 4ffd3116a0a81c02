import { queryOptions } from "@tanstack/react-query";
import { api, data } from "../api/client";
import type { AuditEntry } from "../api/schema";
import type { Deed, Span } from "./audit";
import type { PartOf } from "./fromEach";
import type { ServiceName } from "./services";

/** Which entries are asked for. */
export interface Wanted {
  did?: Deed;
  /** A user's id. */
  who?: string;
  /** The id of the user at the beginning of what no person did. */
  behalf?: string;
  /** A record's or a person's id. */
  subject?: string;
  /** An entry's type: an event's, or what was looked at in words. */
  type?: string;
  span?: Span;
}

const PAGE = 50;
const DAY = 86_400_000;

/** A service's part of the audit trail, the latest first. */
export function auditTrail(wanted: Wanted) {
  const { did, who, behalf, subject, type, span } = wanted;
  return (service: ServiceName): PartOf<AuditEntry> => ({
    queryKey: ["audit", service, wanted],
    ask: (cursor, signal) =>
      data(
        api.GET("/api/v1/operations/{service}/audit", {
          params: {
            path: { service },
            query: {
              kind: did && [did],
              actor: who && `person:${who}`,
              on_behalf_of: behalf,
              subject_id: subject,
              type: type === undefined ? undefined : [type],
              since: span && new Date(Date.now() - span * DAY).toISOString(),
              limit: PAGE,
              cursor,
            },
          },
          signal,
        }),
      ),
  });
}

/** By which types a service's part can be asked for: they are its program's, and change with that alone. */
export function auditedTypes(service: ServiceName) {
  return queryOptions({
    queryKey: ["audit types", service],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/operations/{service}/audit/types", { params: { path: { service } }, signal })),
    staleTime: Infinity,
    retry: false,
  });
}

/** One change with what it changed. */
export function auditedChange(service: ServiceName, sequence: number) {
  return queryOptions({
    queryKey: ["audit", service, "one", sequence],
    queryFn: ({ signal }) =>
      data(
        api.GET("/api/v1/operations/{service}/audit/changes/{sequence}", {
          params: { path: { service, sequence } },
          signal,
        }),
      ),
    // What was changed stays so; and each time it is asked for is recorded.
    staleTime: Infinity,
  });
}
