import { queryOptions } from "@tanstack/react-query";
import { api, data } from "../api/client";
import type { Agency } from "../api/schema";

/** The agency with what it has settled; asked for again when a change is heard of. */
export const agency = (id: string) =>
  queryOptions({
    queryKey: ["agency", id],
    queryFn: ({ signal }): Promise<Agency> =>
      data(api.GET("/api/v1/agencies/{agency_id}", { params: { path: { agency_id: id } }, signal })),
    staleTime: Infinity,
  });

/** The logo of that digest, as an image takes it; another one is another question, and without one nothing is asked. */
export const logo = (id: string, digest: string | null) =>
  queryOptions({
    queryKey: ["logo", id, digest],
    queryFn: async ({ signal }): Promise<string> =>
      addressOf(
        (await data(
          api.GET("/api/v1/agencies/{agency_id}/logo", {
            params: { path: { agency_id: id } },
            parseAs: "blob",
            signal,
          }),
        )) as Blob,
      ),
    enabled: digest !== null,
    staleTime: Infinity,
  });

/** A picture in its own address: it is small, and nothing need be given back. */
const addressOf = (picture: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as string));
    reader.addEventListener("error", () => reject(reader.error ?? new Error("the picture cannot be read")));
    reader.readAsDataURL(picture);
  });
