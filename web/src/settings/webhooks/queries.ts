import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { api, data, newKey } from "../../api/client";
import { byCursor } from "../../api/queries";
import type { Delivery, EventType, Webhook, WebhookWithSecret } from "../../api/schema";
import { said } from "../../ui/toast";

/** Where the agency's events are sent. For owners and admins. */
export const webhooks = queryOptions({
  queryKey: ["webhooks", "list"],
  queryFn: async ({ signal }): Promise<Webhook[]> =>
    (await data(api.GET("/api/v1/webhooks", { signal }))).items,
});

/** Every event that can be chosen. */
export const eventTypes = queryOptions({
  queryKey: ["webhooks", "event types"],
  queryFn: async ({ signal }): Promise<EventType[]> =>
    (await data(api.GET("/api/v1/webhooks/event-types", { signal }))).items,
  staleTime: Infinity,
});

const LOOK_MILLISECONDS = 3000;

/** What was sent to a webhook, the latest first. Looked at again and again while something is under way. */
export function deliveriesOf(webhook_id: string, state: Delivery["state"] | undefined) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["webhooks", "deliveries", webhook_id, state ?? "all"],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/webhooks/{webhook_id}/deliveries", {
          params: {
            path: { webhook_id },
            query: { state: state === undefined ? undefined : [state], limit: 50, cursor: pageParam },
          },
          signal,
        }),
      ),
    refetchInterval: ({ state: { data: told } }) =>
      told?.pages.some(({ items }) => items.some(isUnderWay)) ? LOOK_MILLISECONDS : false,
  });
}

/** Whether it is sent just now, or in a moment. */
export const isUnderWay = ({ state, next_at }: Delivery): boolean =>
  state === "waiting" && (next_at === null || Date.parse(next_at) - Date.now() < 10_000);

const askAnew = (queries: QueryClient) => queries.invalidateQueries({ queryKey: ["webhooks"] });

export interface Wanted {
  name: string;
  url: string;
  /** Null: all. */
  event_types: string[] | null;
  personal: boolean;
}

/** Makes a webhook. The answer is the one time that its secret is shown. */
export function useMakeWebhook() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, ...body }: Wanted & { key: string }): Promise<WebhookWithSecret> =>
      data(api.POST("/api/v1/webhooks", { headers: { "Idempotency-Key": key }, body })),
    onSettled: () => askAnew(queries),
    gcTime: 0,
  });
}

/** Another name, address or choice of events. */
export function useChangeWebhook() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ webhook, ...body }: Wanted & { webhook: Webhook }) =>
      data(
        api.PATCH("/api/v1/webhooks/{webhook_id}", {
          params: { path: { webhook_id: webhook.id } },
          headers: { "If-Match": `"${webhook.version}"` },
          body,
        }),
      ),
    onSuccess: ({ name }) => said(`${name} is changed`),
    onSettled: () => askAnew(queries),
  });
}

/** A new secret, shown this once. */
export function useRotateSecret() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, key }: { id: string; key: string }): Promise<WebhookWithSecret> =>
      data(
        api.POST("/api/v1/webhooks/{webhook_id}/rotate-secret", {
          params: { path: { webhook_id: id } },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onSettled: () => askAnew(queries),
    gcTime: 0,
  });
}

/** Pauses what sends, resumes what is paused. */
export function usePause() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, state }: Webhook) => {
      const named = { params: { path: { webhook_id: id } } };
      return data(
        state === "active"
          ? api.POST("/api/v1/webhooks/{webhook_id}/pause", named)
          : api.POST("/api/v1/webhooks/{webhook_id}/resume", named),
      );
    },
    onSuccess: ({ name, state }) =>
      said(
        state === "active"
          ? `${name} sends again; what it missed is sent from its deliveries`
          : `${name} is paused; what happens is held`,
      ),
    onSettled: () => askAnew(queries),
  });
}

/** It is gone, with its secrets and its log. */
export function useRemoveWebhook() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: Webhook) =>
      data(api.DELETE("/api/v1/webhooks/{webhook_id}", { params: { path: { webhook_id: id } } })),
    onSuccess: (_, { name }) => said(`${name} is removed`),
    onSettled: () => askAnew(queries),
  });
}

/** Sends an event that tells of nothing. How it went stands among the deliveries. */
export function useTest() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: Webhook) =>
      data(api.POST("/api/v1/webhooks/{webhook_id}/test", { params: { path: { webhook_id: id } } })),
    onSettled: () => askAnew(queries),
  });
}

/** Sends one once more, with all its tries. */
export function useRedeliver(webhook_id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: Delivery) =>
      data(
        api.POST("/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", {
          params: { path: { webhook_id, delivery_id: id } },
          headers: { "Idempotency-Key": newKey() },
        }),
      ),
    onSettled: () => askAnew(queries),
  });
}

/** Sends all once more that failed or was held since a moment; some hundreds at a time, until none is left. */
export function useRedeliverSince(webhook_id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (since: string): Promise<number> => {
      let sent = 0;
      for (let more = true; more;) {
        const told = await data(
          api.POST("/api/v1/webhooks/{webhook_id}/deliveries/redeliver", {
            params: { path: { webhook_id } },
            body: { since },
          }),
        );
        sent += told.deliveries;
        more = told.more;
      }
      return sent;
    },
    onSuccess: (sent) =>
      said(
        sent === 0 ? "There was nothing to send again" : `${sent} ${sent === 1 ? "is" : "are"} sent again`,
      ),
    onSettled: () => askAnew(queries),
  });
}
