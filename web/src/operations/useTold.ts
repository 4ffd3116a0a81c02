import { useFromEach } from "./fromEach";
import type { Told } from "./health";
import type { JobNumbers } from "./jobs";
import { consumers, jobsOf, outbox } from "./queries";
import { SERVICE_NAMES } from "./services";

const failedJobs = jobsOf(["failed"]);
const openJobs = jobsOf(["running", "queued", "retrying", "scheduled"]);

/** What the services tell of themselves, each as far as it answers. `at`: when the oldest of it was told. */
export function useTold(): { told: Told[]; pending: boolean; at: number | null } {
  const reading = useFromEach(consumers);
  const publishing = useFromEach(outbox);
  const failed = useFromEach(failedJobs);
  const open = useFromEach(openJobs);
  return {
    told: SERVICE_NAMES.map((service): Told => {
      const mine = <T extends { service: string }>(items: readonly T[]) =>
        items.filter((each) => each.service === service);
      const known = reading.known.includes(service);
      return {
        service,
        silent: reading.silent.find((each) => each.service === service) ?? null,
        consumers: known ? mine(reading.items) : null,
        outbox: mine(publishing.items)[0] ?? null,
        jobs:
          failed.known.includes(service) && open.known.includes(service)
            ? numbersOf(
                mine(failed.items).length,
                failed.unfinished.includes(service),
                mine(open.items),
                open.unfinished.includes(service),
              )
            : null,
      };
    }),
    pending: reading.pending,
    at: reading.at,
  };
}

function numbersOf(
  failed: number,
  moreFailed: boolean,
  open: readonly { state: string }[],
  moreWaiting: boolean,
): JobNumbers {
  const running = open.filter(({ state }) => state === "running").length;
  return { failed, moreFailed, running, waiting: open.length - running, moreWaiting };
}
