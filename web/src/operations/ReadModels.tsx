import { IconTable } from "@tabler/icons-react";
import type { RebuildProgress, ShownReadModel } from "../api/schema";
import { Chip } from "../ui/Chip";
import { words } from "../ui/format";
import { Card } from "../ui/Page";
import { Empty, Failed, Lines } from "../ui/states";
import { useFromEach } from "./fromEach";
import overview from "./Overview.module.css";
import { readModels } from "./queries";
import styles from "./ReadModels.module.css";
import { SERVICE_NAMES, type ServiceName, SERVICES } from "./services";
import { Silence } from "./Silence";

/** A read model's name as people say it. */
const inWords = (name: string): string => words(name).replace(/^Api /, "API ");

/** What the services show, made of events and nothing else, and how far a rebuild of it has come. */
export function ReadModels() {
  const models = useFromEach(readModels);
  const services = SERVICE_NAMES.map(
    (service) => [service, models.items.filter((each) => each.service === service)] as const,
  ).filter(([, each]) => each.length > 0);
  return (
    // What scrolls can be reached by the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={overview.overview} aria-label="Read models" tabIndex={0}>
      <div className={overview.column}>
        {models.failure === null && <Silence silent={models.silent} ask={models.ask} />}
        {models.pending ? (
          <Lines count={8} label="Loading read models" />
        ) : services.length > 0 ? (
          <>
            <p className={styles.what}>
              What is shown is made of events, and can be made again from them while the old is still served.
            </p>
            <div className={overview.services}>
              {services.map(([service, each]) => (
                <div key={service} className={overview.service}>
                  <Card title={SERVICES[service]}>
                    {each.map((model) => (
                      <Model key={model.name} service={service} model={model} />
                    ))}
                  </Card>
                </div>
              ))}
            </div>
          </>
        ) : models.failure !== null ? (
          <Failed error={models.failure} retry={models.ask} what="list" />
        ) : (
          <Empty icon={<IconTable />} title="There are no read models" />
        )}
      </div>
    </section>
  );
}

function Model({ service, model }: { service: ServiceName; model: ShownReadModel }) {
  const { name, tables, consumers, events, rebuild, verifying } = model;
  return (
    <div className={styles.model}>
      <div className={styles.head}>
        <h3>{inWords(name)}</h3>
        {verifying ? (
          <Chip tone="info">Being verified</Chip>
        ) : rebuild?.under_way ? (
          <Chip tone="info">Being rebuilt</Chip>
        ) : rebuild ? (
          <Chip tone="warn">Rebuild left off</Chip>
        ) : (
          <span className={overview.calm}>{count(events, "event")}</span>
        )}
      </div>
      {rebuild && <Rebuild service={service} name={name} {...rebuild} />}
      <ul aria-label={`Tables of ${inWords(name)}`}>
        {tables.map((table) => (
          <li key={table.name}>
            <span className={styles.table}>{table.name}</span>
            <span>about {count(table.rows_estimate, "row")}</span>
          </li>
        ))}
      </ul>
      <p className={styles.by}>
        {consumers.length > 0
          ? `Kept by ${consumers.join(", ")}.`
          : `Kept by ${SERVICES[service]} itself, from its own events.`}
      </p>
    </div>
  );
}

function Rebuild({
  service,
  name,
  done,
  events,
  under_way,
}: RebuildProgress & { service: string; name: string }) {
  const percent = events === 0 ? 100 : Math.min(100, Math.floor((100 * done) / events));
  return (
    <div className={styles.rebuild}>
      <div
        className={styles.bar}
        role="progressbar"
        aria-label={`Rebuild of ${inWords(name)}`}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuetext={`${percent} %`}
      >
        <span style={{ width: `${percent}%` }} />
      </div>
      <p>
        {done.toLocaleString("en-US")} of {count(events, "event")} taken, {percent} %.
        {!under_way && (
          <>
            {" "}
            <code>
              gardenos rebuild {service} {name}
            </code>{" "}
            goes on with it.
          </>
        )}
      </p>
    </div>
  );
}

const count = (number: number, one: string): string =>
  `${number.toLocaleString("en-US")} ${number === 1 ? one : `${one}s`}`;
