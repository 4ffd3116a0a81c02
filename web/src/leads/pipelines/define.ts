import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { DefinePipeline, LineOfBusiness, PipelinesShown } from "../../api/schema";
import { type Pipeline, pipelines } from "./queries";

interface Definition {
  line: Pipeline["line"];
  /** Of all pipelines, as they were read. */
  version: number;
  body: DefinePipeline;
}

/** What a pipeline is, is this from here on. */
export function useDefine() {
  const kept = useKept();
  return useMutation({
    mutationFn: ({ line, version, body }: Definition): Promise<PipelinesShown> =>
      data(
        api.PUT("/api/v1/pipelines/{line}", {
          params: { path: { line } },
          headers: { "If-Match": `"${version}"` },
          body,
        }),
      ),
    ...kept,
  });
}

/** A line goes through the stages of those that have none of their own. */
export function useWithdraw() {
  const kept = useKept();
  return useMutation({
    mutationFn: ({ line, version }: { line: LineOfBusiness; version: number }): Promise<PipelinesShown> =>
      data(
        api.DELETE("/api/v1/pipelines/{line}", {
          params: { path: { line } },
          headers: { "If-Match": `"${version}"` },
        }),
      ),
    ...kept,
  });
}

function useKept() {
  const queries = useQueryClient();
  return {
    onSuccess: (now: PipelinesShown) => {
      queries.setQueryData(pipelines.queryKey, now);
      // Where leads are may be another place now.
      void queries.invalidateQueries({ queryKey: ["leads"] });
    },
    onError: () => queries.invalidateQueries({ queryKey: pipelines.queryKey }),
  };
}
