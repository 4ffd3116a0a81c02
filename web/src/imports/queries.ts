import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data } from "../api/client";
import { byCursor } from "../api/queries";
import type { Fate, Import, ImportRow, PlanImport } from "../api/schema";
import { moves } from "./fields";

const PAGE = 50;
const WATCHED_MS = 700;

/** The largest file the service takes as it is set up by default. Bytes. */
export const LARGEST = 100_000_000;

/** What is left of a row when its import was undone. */
export type Undone = NonNullable<ImportRow["undone"]>;

/** Keeps a file, and tells how it is read; the same key again keeps it once. Throws ApiProblem. */
export async function upload(file: File, key: string): Promise<Import> {
  const form = new FormData();
  form.set("file", file, file.name);
  const answer = api.POST("/api/v1/imports", {
    // The types know no files; what is sent is the form.
    body: { file: "", go_on: "wait" },
    bodySerializer: () => form,
    headers: { "Idempotency-Key": key },
    params: {},
  });
  return data(answer);
}

/** Says how an import is to be taken in, and has it looked at what it would do. Throws ApiProblem. */
export async function planAndCheck(id: string, plan: PlanImport): Promise<Import> {
  const params = { path: { import_id: id } };
  await data(api.PUT("/api/v1/imports/{import_id}/plan", { params, body: plan }));
  return data(api.POST("/api/v1/imports/{import_id}/check", { params }));
}

/** Has it taken in. Throws ApiProblem. */
export function run(id: string): Promise<Import> {
  return data(api.POST("/api/v1/imports/{import_id}/run", { params: { path: { import_id: id } } }));
}

/** Has it taken back. Throws ApiProblem. */
export function undo(id: string): Promise<Import> {
  return data(api.POST("/api/v1/imports/{import_id}/undo", { params: { path: { import_id: id } } }));
}

/** The imports so far, the latest first, page by page. */
export function importList() {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["imports", "list"],
    queryFn: ({ pageParam, signal }) =>
      data(api.GET("/api/v1/imports", { params: { query: { limit: 10, cursor: pageParam } }, signal })),
  });
}

/** One import; asked for again and again while something is being done with it. */
export function importById(id: string) {
  return queryOptions({
    queryKey: ["imports", "one", id],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/imports/{import_id}", { params: { path: { import_id: id } }, signal })),
    refetchInterval: ({ state }) => (state.data && moves(state.data.status) ? WATCHED_MS : false),
  });
}

/** Its rows, of one fate or of all, page by page, as they are at this state of it. */
export function importRows(found: Import, fate: Fate | null, undone: Undone | null) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["imports", "rows", found.id, found.status, fate, undone],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/imports/{import_id}/rows", {
          params: { path: { import_id: found.id }, query: { fate, undone, limit: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
  });
}
