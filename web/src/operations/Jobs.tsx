import { Button } from "@mantine/core";
import {
  IconAlertTriangle,
  IconBan,
  IconCalendarClock,
  IconCircleCheck,
  IconHourglass,
  IconListCheck,
  IconPlayerPlay,
  IconRotateClockwise,
  IconX,
} from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useCommands } from "../commands/registry";
import { useMayAdminister } from "../session/session";
import { Chip } from "../ui/Chip";
import { duration } from "../ui/format";
import { Choice, ListFilters } from "../ui/ListFilters";
import { Sign } from "../ui/Sign";
import { EntryWords, focusedEntry, moveAmongEntries, Split } from "../ui/Split";
import { Empty } from "../ui/states";
import { useNow, When } from "../ui/When";
import { useFromEach } from "./fromEach";
import { JobPane } from "./JobPane";
import { Entry, Gone, ListFromEach, useActions, useList } from "./List";
import { actionsOn, inOrder, type Job, JOB_TONES, jobKey, kindTitle, stateTitle } from "./jobs";
import styles from "./Operations.module.css";
import { jobsOf, useJobAction } from "./queries";
import { JOB_STATES, type JobState, type OperationsSearch } from "./search";
import { SERVICE_NAMES, type ServiceName, SERVICES } from "./services";

const DAY = 86_400;

const route = getRouteApi("/operations");

/** Work that leaves the services' databases: what waits for it, what runs, what came to nothing. */
export function Jobs() {
  const { service, state, kind, open } = route.useSearch();
  const mayAct = useMayAdminister();
  const jobs = useFromEach(jobsOf(state ? [state] : [], kind), service);
  const shown = inOrder(jobs.items);
  const opened = shown.find((job) => jobKey(job) === open);
  const act = useJobAction();

  const { narrow, leave } = useList();
  // The keys are for the line that has the focus, else for what is open beside.
  const meant = () => shown.find((job) => jobKey(job) === (focusedEntry() ?? open));
  const does = useActions({
    retry: () => {
      const job = meant();
      if (job && actionsOn(job).retry !== null) act.mutate({ job, action: "retry" });
    },
    cancel: () => {
      const job = meant();
      if (job && actionsOn(job).cancel !== null) act.mutate({ job, action: "cancel" });
    },
  });
  useCommands(
    useMemo(() => {
      const group = "Jobs";
      return [
        { id: "job next", title: "Next job", group, keys: "j", run: () => moveAmongEntries(1) },
        { id: "job previous", title: "Previous job", group, keys: "k", run: () => moveAmongEntries(-1) },
        {
          id: "job retry",
          title: "Retry the job, or do it now",
          group,
          keys: "r",
          disabled: !mayAct,
          run: () => does("retry"),
        },
        {
          id: "job cancel",
          title: "Cancel the job",
          group,
          keys: "d",
          keywords: "stop call off discard",
          disabled: !mayAct,
          run: () => does("cancel"),
        },
        {
          id: "job failed",
          title: state === "failed" ? "Show all jobs" : "Show what failed",
          group,
          keys: "x",
          run: () => narrow({ state: state === "failed" ? undefined : "failed" }),
        },
        {
          id: "job leave",
          title: "Back to the list",
          group,
          keys: "Escape",
          disabled: open === undefined,
          run: leave,
        },
      ];
    }, [does, leave, mayAct, narrow, open, state]),
  );

  return (
    <Split
      label="Jobs"
      paneLabel="What is open"
      wide
      open={open}
      list={
        <>
          <Filters jobs={jobs.items} narrow={narrow} />
          <ListFromEach
            from={jobs}
            what="jobs"
            nothing={
              <Nothing narrowed={service !== undefined || state !== undefined || kind !== undefined} />
            }
          >
            {shown.map((job) => (
              <Entry key={jobKey(job)} entry={jobKey(job)}>
                <Line job={job} />
              </Entry>
            ))}
          </ListFromEach>
        </>
      }
      pane={
        opened ? (
          <JobPane
            key={jobKey(opened)}
            job={opened}
            act={mayAct ? (action) => act.mutate({ job: opened, action }) : null}
            acting={act.isPending && jobKey(act.variables.job) === jobKey(opened)}
          />
        ) : open !== undefined && !jobs.pending ? (
          <Gone>What is done is kept no longer, and what the list is narrowed to may leave it out.</Gone>
        ) : shown.length > 0 ? (
          <Empty icon={<IconListCheck />} title="Choose a job">
            J and K move in the list, Enter opens{mayAct && ", R retries, D cancels"}.
          </Empty>
        ) : null
      }
    />
  );
}

function Filters({
  jobs,
  narrow,
}: {
  jobs: readonly Job[];
  narrow: (next: Partial<OperationsSearch>) => void;
}) {
  const { service, state, kind } = route.useSearch();
  const kinds = [...new Set([...jobs.map((each) => each.kind), ...(kind ? [kind] : [])])];
  return (
    <div className={styles.filters}>
      <ListFilters of="jobs">
        <Choice
          name="State"
          single
          options={Object.entries(JOB_STATES).map(([value, label]) => ({ value, label }))}
          chosen={state ? [state] : []}
          choose={(chosen) => narrow({ state: chosen?.[0] as JobState | undefined })}
        />
        <Choice
          name="Service"
          single
          options={SERVICE_NAMES.map((value) => ({ value, label: SERVICES[value] }))}
          chosen={service ? [service] : []}
          choose={(chosen) => narrow({ service: chosen?.[0] as ServiceName | undefined, kind: undefined })}
        />
        <Choice
          name="Kind"
          single
          options={kinds.toSorted().map((value) => ({ value, label: kindTitle(value) }))}
          chosen={kind ? [kind] : []}
          choose={(chosen) => narrow({ kind: chosen?.[0] })}
        />
        {(service !== undefined || state !== undefined || kind !== undefined) && (
          <Button
            variant="subtle"
            size="compact-md"
            leftSection={<IconX size={15} />}
            onClick={() => narrow({ service: undefined, state: undefined, kind: undefined })}
          >
            Clear
          </Button>
        )}
      </ListFilters>
    </div>
  );
}

const ICONS = {
  failed: IconAlertTriangle,
  retrying: IconRotateClockwise,
  running: IconPlayerPlay,
  queued: IconHourglass,
  scheduled: IconCalendarClock,
  cancelled: IconBan,
} as const;

function Line({ job }: { job: Job }) {
  const Icon = ICONS[job.state];
  return (
    <>
      <Sign tone={JOB_TONES[job.state]}>
        <Icon size={16} stroke={1.7} aria-hidden="true" />
      </Sign>
      <EntryWords
        title={kindTitle(job.kind)}
        when={<Moment job={job} />}
        second={
          <>
            <span className={styles.quiet}>
              {SERVICES[job.service]}
              {job.tries > 1 && `, try ${job.tries}`}
            </span>
            <Chip tone={JOB_TONES[job.state]}>{stateTitle(job)}</Chip>
          </>
        }
        snippet={job.error}
      />
    </>
  );
}

/** When it is to be begun, was begun, or came to nothing. */
function Moment({ job }: { job: Job }) {
  const { state, due_at: due, begun_at: begun, ended_at: ended, created_at: created } = job;
  const at = (state === "running" ? begun : (ended ?? due)) ?? created;
  const ahead = (Date.parse(at) - useNow()) / 1000;
  return ahead > 0 && ahead < DAY ? <>in {duration(ahead)}</> : <When at={at} />;
}

function Nothing({ narrowed }: { narrowed: boolean }) {
  return narrowed ? (
    <Empty icon={<IconListCheck />} title="No such job">
      What is done is kept no longer.
    </Empty>
  ) : (
    <Empty icon={<IconCircleCheck />} title="Nothing is left to be done">
      Work that leaves the platform, as reading a call by a model or sending a mail, stands here until it is
      done.
    </Empty>
  );
}
