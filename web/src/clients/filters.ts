/** The orders a list of clients can be in; `-` is the latest, or last, first. */
export const SORTS = {
  name: "Name, A to Z",
  "-name": "Name, Z to A",
  "-onboarded_at": "Newest first",
  onboarded_at: "Oldest first",
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
  const owner = (Array.isArray(raw.owner) ? raw.owner : [raw.owner]).filter(
    (each): each is string => typeof each === "string" && (each === "none" || /^[0-9a-f-]{36}$/.test(each)),
  );
  const sort = typeof raw.sort === "string" && raw.sort in SORTS ? (raw.sort as Sort) : undefined;
  return {
    ...(typeof raw.q === "string" || typeof raw.q === "number" ? { q: String(raw.q).slice(0, 200) } : {}),
    ...(owner.length > 0 ? { owner: [...new Set(owner)] } : {}),
    ...(sort && sort !== "name" ? { sort } : {}),
  };
}
