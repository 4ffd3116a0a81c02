import { Button } from "@mantine/core";
import { IconBan, IconRefresh } from "@tabler/icons-react";
import { Chip } from "../ui/Chip";
import { Fact, Facts } from "../ui/Fact";
import { Card } from "../ui/Page";
import { PaneHead } from "../ui/Split";
import { When } from "../ui/When";
import { Data } from "./Data";
import { actionsOn, type Job, JOB_TONES, kindTitle, stateTitle } from "./jobs";
import { Back } from "./List";
import styles from "./Operations.module.css";
import { SERVICES } from "./services";

interface JobPaneProps {
  job: Job;
  /** Null for whom it is not. */
  act: ((action: "retry" | "cancel") => void) | null;
  acting: boolean;
}

/** One job: how far it got, why it failed, what it is to do. */
export function JobPane({ job, act, acting }: JobPaneProps) {
  const { retry, cancel } = actionsOn(job);
  return (
    <>
      <PaneHead
        back={<Back />}
        title={kindTitle(job.kind)}
        actions={
          act && (
            <>
              {cancel && (
                <Button
                  variant="default"
                  leftSection={<IconBan size={16} stroke={1.7} />}
                  onClick={() => act("cancel")}
                  disabled={acting}
                >
                  {cancel}
                </Button>
              )}
              {retry && (
                <Button
                  leftSection={<IconRefresh size={16} stroke={1.7} />}
                  onClick={() => act("retry")}
                  loading={acting}
                >
                  {retry}
                </Button>
              )}
            </>
          )
        }
      >
        <Chip tone={JOB_TONES[job.state]}>{stateTitle(job)}</Chip>
        <span>
          {SERVICES[job.service]}, {job.kind}
        </span>
      </PaneHead>
      {job.error && (
        <Card title={job.state === "failed" ? "Why it failed" : "What went wrong the last time"}>
          <p className={styles.fault}>{job.error}</p>
        </Card>
      )}
      <Card title="How far it is">
        <div className={styles.facts}>
          <Facts>
            <Fact name="Wanted">
              <When at={job.created_at} exact />
            </Fact>
            {job.due_at && job.state !== "running" && (
              <Fact name={job.tries + job.delays > 0 ? "Next attempt" : "Due"}>
                <When at={job.due_at} exact />
              </Fact>
            )}
            {job.begun_at && (
              <Fact name="Last begun">
                <When at={job.begun_at} exact />
              </Fact>
            )}
            {job.ended_at && (
              <Fact name={job.state === "cancelled" ? "Called off" : "Given up"}>
                <When at={job.ended_at} exact />
              </Fact>
            )}
            <Fact name="Tries">{job.tries}</Fact>
            {job.delays > 0 && (
              <Fact name="Put off">
                {job.delays === 1 ? "Once" : `${job.delays} times`}, because something was away
              </Fact>
            )}
          </Facts>
        </div>
      </Card>
      <Card title="What it is to do">
        <Data data={job.arguments} />
        <div className={styles.facts}>
          <Facts>
            {job.person_id && (
              <Fact name="Whom it concerns">
                <span className={styles.id}>{job.person_id}</span>
              </Fact>
            )}
            <Fact name="Its effect is called">
              <span className={styles.id}>{job.key}</span>
            </Fact>
            <Fact name="Wanted by event">
              {job.causation_id && <span className={styles.id}>{job.causation_id}</span>}
            </Fact>
          </Facts>
        </div>
      </Card>
    </>
  );
}
