import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data, versioned } from "../api/client";
import { ApiProblem } from "../api/problem";
import type { ConsumerState, DeadLetter, JobShape, Outbox, ShownReadModel } from "../api/schema";
import { failed, said } from "../ui/toast";
import type { PartOf } from "./fromEach";
import type { Job } from "./jobs";
import { type HeldUp, type Letter, redrivenInWords } from "./letters";
import type { JobState } from "./search";
import type { ServiceName } from "./services";

const PAGE = 100;

/** What a service's consumers could not take; with `discarded`, what was put aside for good. */
export function deadLetters(consumer: string | undefined, discarded: boolean) {
  return (service: ServiceName): PartOf<DeadLetter> => ({
    queryKey: ["operations", "dead-letters", service, { consumer, discarded }],
    ask: (cursor, signal) =>
      data(
        api.GET("/api/v1/operations/{service}/dead-letters", {
          params: { path: { service }, query: { consumer, discarded, limit: PAGE, cursor } },
          signal,
        }),
      ),
  });
}

/** One of them, with the event that was received. */
export function deadLetter({ service, consumer, source, sequence }: Letter) {
  return queryOptions({
    queryKey: ["operations", "dead-letters", service, "one", consumer, source, sequence],
    queryFn: ({ signal }) =>
      data(
        api.GET("/api/v1/operations/{service}/dead-letters/{consumer}/{source}/{sequence}", {
          params: { path: { service, consumer, source, sequence } },
          signal,
        }),
      ),
  });
}

/** Has an aggregate's events taken after all, in their order. What became of them is said. */
export function useRedrive() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ head: { service, consumer, source, stream_id } }: HeldUp) =>
      data(
        api.POST("/api/v1/operations/{service}/dead-letters/redrive", {
          params: { path: { service } },
          body: { consumer, source, stream_id },
        }),
      ),
    onSuccess: (became) => {
      const { title, words, well } = redrivenInWords(became);
      if (well) said(words);
      else failed(title, new ApiProblem(409, words));
    },
    onError: (error) => failed("It was not redriven", error),
    onSettled: () => queries.invalidateQueries({ queryKey: ["operations"] }),
  });
}

/** Puts an event aside for good. */
export function useDiscard() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ held: { head }, because }: { held: HeldUp; because: string }) => {
      const { service, consumer, source, sequence } = head;
      await versioned(
        api.POST("/api/v1/operations/{service}/dead-letters/discard", {
          params: { path: { service } },
          body: { consumer, source, sequence, because },
        }),
      );
    },
    onSuccess: () => said("The event was discarded"),
    onSettled: () => queries.invalidateQueries({ queryKey: ["operations"] }),
  });
}

/** How far a service's consumers have read the agency's history. */
export function consumers(service: ServiceName): PartOf<ConsumerState> {
  return {
    queryKey: ["operations", "consumers", service],
    ask: (_, signal) =>
      data(api.GET("/api/v1/operations/{service}/consumers", { params: { path: { service } }, signal })),
  };
}

/** What a service's events make, and how far a rebuild of it has come. */
export function readModels(service: ServiceName): PartOf<ShownReadModel> {
  return {
    queryKey: ["operations", "read-models", service],
    ask: (_, signal) =>
      data(api.GET("/api/v1/operations/{service}/read-models", { params: { path: { service } }, signal })),
  };
}

/** How much of what a service recorded is published; nothing where it publishes nothing. */
export function outbox(service: ServiceName): PartOf<Outbox> {
  return {
    queryKey: ["operations", "outbox", service],
    ask: async (_, signal) => {
      const asked = api.GET("/api/v1/operations/{service}/outbox", { params: { path: { service } }, signal });
      try {
        return { items: [await data(asked)], next_cursor: null };
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return { items: [], next_cursor: null };
        throw error;
      }
    },
  };
}

const AT_MOST = 200;

/** A service's jobs that are in one of these states; those of a kind, if one is named. */
export function jobsOf(states: readonly JobState[], kind?: string) {
  return (service: ServiceName): PartOf<JobShape> => ({
    queryKey: ["operations", "jobs", service, { states, kind }],
    ask: (cursor, signal) =>
      data(
        api.GET("/api/v1/operations/{service}/jobs", {
          params: { path: { service }, query: { state: [...states], kind, limit: AT_MOST, cursor } },
          signal,
        }),
      ),
  });
}

/** Has a job done now, with all its tries, or calls it off. */
export function useJobAction() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ job: { service, id }, action }: { job: Job; action: "retry" | "cancel" }) => {
      const params = { path: { service, job_id: id } };
      await versioned(
        action === "retry"
          ? api.POST("/api/v1/operations/{service}/jobs/{job_id}/retry", { params })
          : api.POST("/api/v1/operations/{service}/jobs/{job_id}/cancel", { params }),
      );
    },
    onSuccess: (_, { job, action }) =>
      said(
        action === "retry"
          ? "The job is due now"
          : job.state === "running"
            ? "The job was asked to stop"
            : "The job was called off",
      ),
    onError: (error, { action }) =>
      failed(action === "retry" ? "The job was not taken up" : "The job was not called off", error),
    onSettled: () => queries.invalidateQueries({ queryKey: ["operations"] }),
  });
}
