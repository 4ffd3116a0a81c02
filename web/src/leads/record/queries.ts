import { queryOptions } from "@tanstack/react-query";
import { api, data } from "../../api/client";

/** Each time that somebody asked, as this lead or one merged into it; the latest first. */
export function inquiriesOf(leadId: string) {
  return queryOptions({
    queryKey: ["leads", "one", leadId, "inquiries"],
    queryFn: async ({ signal }) =>
      (
        await data(
          api.GET("/api/v1/leads/{lead_id}/inquiries", { params: { path: { lead_id: leadId } }, signal }),
        )
      ).items,
  });
}
