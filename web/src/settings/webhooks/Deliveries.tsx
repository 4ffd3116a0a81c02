import { Button, Drawer, NativeSelect } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Delivery, Webhook } from "../../api/schema";
import { Chip } from "../../ui/Chip";
import { ShowMore } from "../../ui/Split";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { failed, said } from "../../ui/toast";
import { When } from "../../ui/When";
import settings from "../Settings.module.css";
import { deliveriesOf, useRedeliver, useRedeliverSince, useTest } from "./queries";
import styles from "./Webhooks.module.css";
import { eventTitle, STATES } from "./words";

const DAYS = [
  { value: "1", label: "of the last day" },
  { value: "7", label: "of the last 7 days" },
  { value: "30", label: "of the last 30 days" },
];
const DAY = 86_400_000;

/** What was sent to a webhook in the last 30 days, and how it went. */
export function Deliveries({ webhook, close }: { webhook: Webhook | null; close: () => void }) {
  return (
    <Drawer
      opened={webhook !== null}
      onClose={close}
      title={webhook ? `Deliveries to ${webhook.name}` : ""}
      position="right"
      size={560}
    >
      {webhook && <Pane key={webhook.id} webhook={webhook} />}
    </Drawer>
  );
}

function Pane({ webhook }: { webhook: Webhook }) {
  const [state, setState] = useState<Delivery["state"] | "">("");
  const [days, setDays] = useState("1");
  const testing = useTest();
  const again = useRedeliverSince(webhook.id);
  const paused = webhook.state === "paused";
  return (
    <div className={styles.pane}>
      <div className={settings.tools}>
        <NativeSelect
          aria-label="Show"
          data={[
            { value: "", label: "All" },
            ...Object.entries(STATES).map(([value, { word }]) => ({ value, label: word })),
          ]}
          value={state}
          onChange={(event) => setState(event.currentTarget.value as typeof state)}
        />
        <Button
          variant="default"
          leftSection={<IconSend size={16} aria-hidden="true" />}
          loading={testing.isPending}
          onClick={() =>
            testing.mutate(webhook, {
              onSuccess: () => said("A test is on its way"),
              onError: (error) => failed("The test was not sent", error),
            })
          }
        >
          Send a test
        </Button>
      </div>
      <form
        className={settings.tools}
        onSubmit={(event) => {
          event.preventDefault();
          again.mutate(new Date(Date.now() - Number(days) * DAY).toISOString(), {
            onError: (error) => failed("They were not sent again", error),
          });
        }}
      >
        <NativeSelect
          aria-label="What failed or was held"
          data={DAYS.map(({ value, label }) => ({ value, label: `What failed or was held ${label}` }))}
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={paused} loading={again.isPending}>
          Send all again
        </Button>
      </form>
      {paused && <p className={settings.words}>It is paused: resume it to send anything again.</p>}
      <Log webhook={webhook} state={state || undefined} />
    </div>
  );
}

function Log({ webhook, state }: { webhook: Webhook; state: Delivery["state"] | undefined }) {
  const log = useInfiniteQuery(deliveriesOf(webhook.id, state));
  const redelivering = useRedeliver(webhook.id);
  const ask = () => void log.refetch();
  if (log.isPending) return <Lines count={6} label="Loading deliveries" />;
  if (!log.data) return <Failed error={log.error} retry={ask} what="list" />;
  const deliveries = log.data.pages.flatMap(({ items }) => items);
  if (deliveries.length === 0) {
    return (
      <Empty icon={<IconSend size={24} />} title={state ? "None of these" : "Nothing was sent yet"}>
        {state ? "Show all to see the others." : "Send a test to try it out."}
      </Empty>
    );
  }
  const { isFetchNextPageError: stuck } = log;
  return (
    <>
      {log.isError && !stuck && <Stale error={log.error} retry={ask} />}
      <ol className={settings.entries} aria-label="Deliveries, the latest first">
        {deliveries.map((delivery) => (
          <Entry
            key={delivery.id}
            delivery={delivery}
            busy={redelivering.isPending}
            redeliver={
              webhook.state === "paused" || delivery.state === "dropped"
                ? null
                : () =>
                    redelivering.mutate(delivery, {
                      onSuccess: () => said("It is sent again"),
                      onError: (error) => failed("It was not sent again", error),
                    })
            }
          />
        ))}
      </ol>
      {stuck && <Failed error={log.error} retry={() => void log.fetchNextPage()} what="list" />}
      {log.hasNextPage && !stuck && (
        <ShowMore load={() => void log.fetchNextPage()} loading={log.isFetchingNextPage} />
      )}
    </>
  );
}

interface EntryProps {
  delivery: Delivery;
  busy: boolean;
  /** Null where it cannot be sent again. */
  redeliver: (() => void) | null;
}

function Entry({ delivery, busy, redeliver }: EntryProps) {
  const { word, tone } = STATES[delivery.state];
  const title = eventTitle(delivery.event_type);
  const act = delivery.state === "waiting" ? "Send now" : "Send again";
  const facts = [
    ["not tried yet", "one try"][delivery.tries] ?? `${delivery.tries} tries`,
    delivery.status === null ? null : `answered ${delivery.status}`,
    delivery.milliseconds === null ? null : `in ${delivery.milliseconds} ms`,
  ].filter(Boolean);
  return (
    <li className={settings.entry}>
      <div className={settings.who}>
        <p>
          <strong>{title}</strong>
          <Chip tone={tone}>{word}</Chip>
        </p>
        <small>
          <When at={delivery.made_at} /> · {facts.join(", ")}
          {/* Where the status says it all, it is not said twice. */}
          {delivery.reason !== null && delivery.reason !== `it answered ${delivery.status}` && (
            <> · {delivery.reason}</>
          )}
          {delivery.state === "waiting" && delivery.next_at !== null && (
            <>
              {" "}
              · next try <When at={delivery.next_at} exact />
            </>
          )}
          <br />
          <code>{delivery.message_id}</code>
        </small>
      </div>
      {redeliver && (
        <div className={settings.acts}>
          <Button
            variant="default"
            size="compact-md"
            disabled={busy}
            onClick={redeliver}
            aria-label={`${act}: ${title} ${delivery.message_id}`}
          >
            {act}
          </Button>
        </div>
      )}
    </li>
  );
}
