import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { ChangeField, LeadField } from "../../api/schema";
import { said } from "../../ui/toast";
import { ifStill } from "../queries";

export interface WantedField {
  label: string;
  kind: LeadField["kind"];
  options: string[];
  line_of_business: LeadField["line_of_business"];
}

/** One more field, or what a field is called and offers from now on. */
export function useSaveField() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ field, key, kind, ...body }: WantedField & { field: LeadField | null; key: string }) =>
      data(
        field === null
          ? api.POST("/api/v1/leads/fields", {
              headers: { "Idempotency-Key": key },
              body: { kind, ...body },
            })
          : api.PATCH("/api/v1/leads/fields/{field_key}", {
              params: { path: { field_key: field.key } },
              headers: ifStill(field),
              // What is not sent stays as it is.
              body: body as ChangeField,
            }),
      ),
    onSuccess: ({ label }, { field }) =>
      said(field === null ? `${label} is kept now` : `${label} is changed`),
    onSettled: () => queries.invalidateQueries({ queryKey: ["lead fields"] }),
  });
}

/** A field is asked for no more, or again. What is known under it stays. */
export function useRetireField() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ field, retired }: { field: LeadField; retired: boolean }) =>
      data(
        api.PATCH("/api/v1/leads/fields/{field_key}", {
          params: { path: { field_key: field.key } },
          headers: ifStill(field),
          body: { retired } as ChangeField,
        }),
      ),
    onSuccess: ({ label, retired }) => said(retired ? `${label} is retired` : `${label} is in use again`),
    onSettled: () => queries.invalidateQueries({ queryKey: ["lead fields"] }),
  });
}
