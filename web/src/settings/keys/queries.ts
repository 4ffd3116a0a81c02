import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { ApiKey, MadeApiKey } from "../../api/schema";
import { said } from "../../ui/toast";

/** One's own keys, those that are over among them; to owners and admins everybody's. The last made first. */
export const apiKeys = queryOptions({
  queryKey: ["api-keys"],
  queryFn: async ({ signal }): Promise<ApiKey[]> =>
    (await data(api.GET("/api/v1/api-keys", { signal }))).items,
});

export interface WantedKey {
  name: string;
  scopes: string[];
  /** Null: it does not expire. */
  expires_in_days: number | null;
}

/** Makes a key. The answer is the one time that it is shown: nothing keeps it. */
export function useMakeKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, ...body }: WantedKey & { key: string }): Promise<MadeApiKey> =>
      data(api.POST("/api/v1/api-keys", { headers: { "Idempotency-Key": key }, body })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["api-keys"] }),
    gcTime: 0,
  });
}

/** A key is good for nothing any more. */
export function useRevokeKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: ApiKey) =>
      data(api.DELETE("/api/v1/api-keys/{api_key_id}", { params: { path: { api_key_id: id } } })),
    onSuccess: (_, { name }) => said(`${name} is revoked; within two seconds nothing takes it any more`),
    onSettled: () => queries.invalidateQueries({ queryKey: ["api-keys"] }),
  });
}
