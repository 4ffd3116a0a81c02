import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Versioned } from "./client";

/** What is kept below `[resource, "one", id]`, and in the pages below `[resource, "list", …]`. */
export interface Stored {
  id: string;
  /** As in the ETag. */
  version: number;
}

/** Puts an answer into what is shown, in the record and in every list. An older one than what is shown changes nothing. */
export function merge<T extends Stored>(queries: QueryClient, resource: string, answer: Versioned<T>): void {
  const { data, etag } = answer;
  queries.setQueryData<Versioned<T>>([resource, "one", data.id], (now) =>
    now && now.data.version > data.version ? now : { data: { ...now?.data, ...data }, etag },
  );
  patchLists<T>(queries, resource, data.id, (row) =>
    row.version > data.version ? row : { ...row, ...data },
  );
}

function patchLists<T extends Stored>(
  queries: QueryClient,
  resource: string,
  id: string,
  patch: (row: T) => T,
): void {
  queries.setQueriesData<InfiniteData<{ items: T[] }>>({ queryKey: [resource, "list"] }, (list) => {
    if (!list?.pages?.some(({ items }) => items.some((row) => row.id === id))) return list;
    const pages = list.pages.map((page) => ({
      ...page,
      items: page.items.map((row) => (row.id === id ? patch(row) : row)),
    }));
    return { ...list, pages };
  });
}

/**
 * Shows a change that can be taken back before the service answers; what was shown before, if it refuses. Throws what
 * `send` does.
 */
export async function atOnce<T extends Stored>(
  queries: QueryClient,
  resource: string,
  before: T,
  changes: Partial<T>,
  send: () => Promise<Versioned<T>>,
): Promise<void> {
  const queryKey = [resource, "one", before.id];
  const put = (fields: Partial<T>) => {
    queries.setQueryData<Versioned<T>>(
      queryKey,
      (now) => now && { ...now, data: { ...now.data, ...fields } },
    );
    patchLists<T>(queries, resource, before.id, (row) => ({ ...row, ...fields }));
  };
  await queries.cancelQueries({ queryKey });
  put(changes);
  try {
    merge(queries, resource, await send());
  } catch (error) {
    const fields = Object.keys(changes) as (keyof T)[];
    put(Object.fromEntries(fields.map((field) => [field, before[field]])) as Partial<T>);
    void queries.invalidateQueries({ queryKey });
    throw error;
  }
}
