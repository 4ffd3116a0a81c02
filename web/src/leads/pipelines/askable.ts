import { useQuery } from "@tanstack/react-query";
import { fieldName } from "../../timeline/fields";
import { useLeadFields } from "../own/queries";
import { pipelines } from "./queries";

/** What a stage may ask for, as the service says; each by the name that it is required by, as people call it. */
export function useAskable(): { value: string; label: string }[] {
  const may = useQuery(pipelines).data?.may_require ?? [];
  const own = new Map(useLeadFields().map(({ key, label }) => [`fields.${key}`, label]));
  return may.map((value) => ({ value, label: own.get(value) ?? fieldName(value) }));
}
