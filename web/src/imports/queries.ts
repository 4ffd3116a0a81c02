import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data } from "../api/client";
import { byCursor } from "../api/queries";
import type { DryRun, Fate, Import } from "../api/schema";
import type { Mapping } from "./fields";

const PAGE = 50;

/** The largest file the service takes as it is set up by default. Bytes. */
export const LARGEST = 20_000_000;

/** A file that was chosen; the same one chosen again is another, for it may have been mended. */
export interface Chosen {
  file: File;
  number: number;
}

/** What all leads of a file have in common. */
export interface Options {
  campaign: string;
  source: string;
  /** User id; empty is nobody, in the pool. */
  owner: string;
  team: string;
}

export const NO_OPTIONS: Options = { campaign: "", source: "", owner: "", team: "" };

/** A file with how it is to be read. */
export interface Asked {
  chosen: Chosen;
  options: Options;
  mapping: Mapping;
}

function sent({ chosen, options, mapping }: Asked, dryRun: boolean) {
  const form = new FormData();
  form.set("file", chosen.file, chosen.file.name);
  if (Object.keys(mapping).length > 0) form.set("mapping", JSON.stringify(mapping));
  if (options.campaign) form.set("campaign_id", options.campaign);
  if (options.source.trim()) form.set("source", options.source.trim());
  if (options.owner) form.set("owner_id", options.owner);
  if (options.team) form.set("team_id", options.team);
  form.set("dry_run", String(dryRun));
  // The types know no files; what is sent is the form.
  return { body: { file: "", source: "", dry_run: dryRun }, bodySerializer: () => form };
}

/** What an import of the file would do. Asked again for each change of how it is read; nothing is kept of it. */
export function dryRun(asked: Asked | null) {
  return queryOptions({
    queryKey: ["dry-run", asked?.chosen.number, asked?.options, asked?.mapping],
    queryFn: async ({ signal }) =>
      (await data(api.POST("/api/v1/imports", { ...sent(asked!, true), signal }))) as DryRun,
    enabled: asked !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** Imports the file; the same key again imports it once. Throws ApiProblem. */
export async function runImport(asked: Asked, key: string): Promise<Import> {
  const answer = api.POST("/api/v1/imports", {
    ...sent(asked, false),
    headers: { "Idempotency-Key": key },
    params: {},
  });
  return (await data(answer)) as Import;
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

/** One import. */
export function importById(id: string) {
  return queryOptions({
    queryKey: ["imports", "one", id],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/imports/{import_id}", { params: { path: { import_id: id } }, signal })),
  });
}

/** Its rows, of one fate or of all, page by page. */
export function importRows(id: string, fate: Fate | null) {
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["imports", "rows", id, fate],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/api/v1/imports/{import_id}/rows", {
          params: { path: { import_id: id }, query: { fate, limit: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
  });
}
