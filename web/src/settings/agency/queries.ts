import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { Agency, ChangeAgency } from "../../api/schema";
import { describeAgency } from "../../session/session";
import { said } from "../../ui/toast";

/** What the service answers is what is known from here on, by every screen. */
function useKeep() {
  const queries = useQueryClient();
  return (agency: Agency) => {
    queries.setQueryData(["agency", agency.id], agency);
    describeAgency(agency);
  };
}

const named = (agency: Agency) => ({ params: { path: { agency_id: agency.id } } });

/** Other settings: of what is named. Refused if somebody was quicker. */
export function useChangeAgency() {
  const keep = useKeep();
  return useMutation({
    mutationFn: ({ agency, changes }: { agency: Agency; changes: ChangeAgency }) =>
      data(
        api.PATCH("/api/v1/agencies/{agency_id}", {
          ...named(agency),
          headers: { "If-Match": `"${agency.version}"` },
          body: changes,
        }),
      ),
    onSuccess: (agency) => {
      keep(agency);
      said("The agency's settings are saved");
    },
  });
}

/** Another logo, or with null none. */
export function useChangeLogo() {
  const keep = useKeep();
  return useMutation({
    mutationFn: ({ agency, picture }: { agency: Agency; picture: File | null }) =>
      data(
        picture === null
          ? api.DELETE("/api/v1/agencies/{agency_id}/logo", named(agency))
          : api.PUT("/api/v1/agencies/{agency_id}/logo", {
              ...named(agency),
              headers: { "Content-Type": picture.type },
              // The document can say of bytes no more than that they are some.
              body: picture as unknown as string,
              bodySerializer: (body: unknown) => body as Blob,
            }),
      ),
    onSuccess: (agency, { picture }) => {
      keep(agency);
      said(picture === null ? "The logo is taken away" : "The logo is changed");
    },
  });
}
