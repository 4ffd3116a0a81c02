/** The orders a list of clients can be in; `-` is the latest, or last, first. */
export const SORTS = {
  "-onboarded_at": "Newest first",
  onboarded_at: "Oldest first",
  name: "Name, A to Z",
  "-name": "Name, Z to A",
} as const;

export type Sort = keyof typeof SORTS;

/** What a list of clients is narrowed to; the page's address says it. */
export interface ClientSearch {
  q?: string;
  /** User ids; `none` is the pool. */
  owner?: string[];
  sort?: Sort;
}

/** The filters in an address; what is not one of ours is left out. */
export function readClientSearch(raw: Record<string, unknown>): ClientSearch {
  const owners = (Array.isArray(raw.owner) ? raw.owner : [raw.owner]).filter(
    (each): each is string =>
      each === "none" ||
      (typeof each === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(each)),
  );
  const sort = typeof raw.sort === "string" && raw.sort in SORTS ? (raw.sort as Sort) : undefined;
  const asked = typeof raw.q === "string" || typeof raw.q === "number" ? String(raw.q).slice(0, 200) : "";
  return {
    ...(asked && { q: asked }),
    ...(owners.length > 0 && { owner: [...new Set(owners)] }),
    ...(sort && sort !== "-onboarded_at" && { sort }),
  };
}

/** Whether anything is narrowed. */
export function isNarrowed({ q, owner }: ClientSearch): boolean {
  return q !== undefined || owner !== undefined;
}
