import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Pipeline as PipelineAnswer } from "../api/schema";
import { words } from "../ui/format";
import { Card } from "../ui/Page";
import { Failed, Lines, Stale } from "../ui/states";
import { LinkTile, Tiles } from "../ui/Tile";
import { useNow } from "../ui/When";
import { useZone } from "../ui/zone";
import { periodOf, todayIn } from "../reports/period";
import { pipeline } from "./queries";
import styles from "./Today.module.css";

/** Where the leads stand, and what that asks for; each number leads to its leads. */
export function Pipeline() {
  const found = useQuery(pipeline());
  if (found.isPending) {
    return (
      <Card title="Pipeline">
        <Lines label="Loading: Pipeline" />
      </Card>
    );
  }
  if (!found.data) {
    return (
      <Card title="Pipeline">
        <Failed error={found.error} retry={() => void found.refetch()} what="pipeline" />
      </Card>
    );
  }
  return (
    <>
      {found.isError && <Stale error={found.error} retry={() => void found.refetch()} />}
      <Shown pipeline={found.data} />
    </>
  );
}

function Shown({ pipeline }: { pipeline: PipelineAnswer }) {
  const today = todayIn(useZone(), useNow());
  const idle = pipeline.not_contacted_7_days;
  return (
    <>
      <Tiles label="Today">
        <LinkTile
          name="Not contacted for 7 days"
          value={idle.toLocaleString("en-US")}
          tone={idle > 0 ? "warn" : undefined}
          to="/leads"
          search={{ idle: 7, sort: "last_contacted_at" }}
        />
        <LinkTile name="New today" value={pipeline.new_today.toLocaleString("en-US")} to="/leads" />
        <LinkTile
          name="Converted this month"
          value={pipeline.converted_this_month.toLocaleString("en-US")}
          tone={pipeline.converted_this_month > 0 ? "good" : undefined}
          to="/reports"
          search={periodOf("this-month", today)}
        />
      </Tiles>
      <Card
        title="Pipeline"
        actions={<span className={styles.open}>{pipeline.open.toLocaleString("en-US")} open</span>}
      >
        <div className={styles.share} aria-hidden="true">
          {pipeline.stages.map(({ stage, count }) => (
            <span key={stage} data-stage={stage} style={{ flexGrow: count }} />
          ))}
        </div>
        <ul className={styles.stages}>
          {pipeline.stages.map(({ stage, count }) => (
            <li key={stage}>
              <Link to="/leads" search={{ stage: [stage] }} className={styles.stage}>
                <span>
                  <i data-stage={stage} aria-hidden="true" />
                  {words(stage)}
                </span>
                <strong>{count.toLocaleString("en-US")}</strong>
              </Link>
            </li>
          ))}
        </ul>
      </Card>
    </>
  );
}
