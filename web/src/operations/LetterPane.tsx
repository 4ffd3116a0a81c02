import { Button } from "@mantine/core";
import { IconRefresh, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNameOf } from "../directory/queries";
import { Chip } from "../ui/Chip";
import { eventName } from "../ui/eventNames";
import { Fact, Facts } from "../ui/Fact";
import { Card } from "../ui/Page";
import { PaneHead } from "../ui/Split";
import { Failed, Lines } from "../ui/states";
import { When } from "../ui/When";
import { Data } from "./Data";
import { actorName, envelopeOf } from "./events";
import { type HeldUp, type Letter, wasTried } from "./letters";
import { Back } from "./List";
import styles from "./Operations.module.css";
import { deadLetter } from "./queries";
import { serviceTitle } from "./services";

interface LetterPaneProps {
  held: HeldUp;
  /** Null for whom it is not. */
  redrive: (() => void) | null;
  redriving: boolean;
  discard: (() => void) | null;
}

/** One event that a consumer could not take: why, what it was, what it said, and what waits behind it. */
export function LetterPane({ held: { head, behind }, redrive, redriving, discard }: LetterPaneProps) {
  return (
    <>
      <PaneHead
        back={<Back />}
        title={eventName(head.type).title}
        actions={
          <>
            {discard && (
              <Button
                variant="default"
                leftSection={<IconTrash size={16} stroke={1.7} />}
                onClick={discard}
                disabled={redriving}
              >
                Discard…
              </Button>
            )}
            {redrive && (
              <Button
                leftSection={<IconRefresh size={16} stroke={1.7} />}
                onClick={redrive}
                loading={redriving}
              >
                Redrive
              </Button>
            )}
          </>
        }
      >
        {head.discarded_at ? (
          <Chip>Discarded</Chip>
        ) : wasTried(head) ? (
          <Chip tone="bad">Held up</Chip>
        ) : (
          <Chip tone="warn">Waits</Chip>
        )}
        <span>
          Event {head.sequence.toLocaleString("en-US")} of {serviceTitle(head.source)}, for {head.consumer}
        </span>
      </PaneHead>
      {head.discarded_at && <Discarded letter={head} at={head.discarded_at} />}
      <Card title="Why it was not taken">
        {wasTried(head) ? (
          <>
            <p className={styles.fault}>{head.error}</p>
            <p className={styles.quiet}>
              Tried {head.attempts === 1 ? "once" : `${head.attempts} times`}, last{" "}
              <When at={head.tried_at} />.{redrive && " Once the cause is mended, redrive it."}
            </p>
          </>
        ) : (
          <p className={styles.quiet}>
            It was not tried: it waited behind an earlier event of the same aggregate, which is gone now.
            Redrive has it taken.
          </p>
        )}
      </Card>
      <Event letter={head} />
      {behind.length > 0 && (
        <Card
          title={behind.length === 1 ? "One event waits behind it" : `${behind.length} events wait behind it`}
        >
          <p className={styles.quiet}>
            They are of the same aggregate, and are taken after it, in this order.
          </p>
          <ol className={styles.waiting}>
            {behind.map((each) => (
              <li key={each.sequence}>
                <span>{eventName(each.type).title}</span>
                <small>
                  event {each.sequence.toLocaleString("en-US")} · <When at={each.parked_at} />
                </small>
              </li>
            ))}
          </ol>
        </Card>
      )}
    </>
  );
}

function Discarded({
  letter: { discarded_by: by, discarded_because: because },
  at,
}: {
  letter: Letter;
  at: string;
}) {
  const nameOf = useNameOf();
  return (
    <Card title="Why it was discarded">
      <p>{because}</p>
      <p className={styles.quiet}>
        {by === "platform" ? "Who runs the platform" : nameOf(by)} · <When at={at} exact />
      </p>
    </Card>
  );
}

/** What it was and what it said, as it was received. */
function Event({ letter }: { letter: Letter }) {
  const nameOf = useNameOf();
  const full = useQuery(deadLetter(letter));
  const { title, version } = eventName(letter.type);
  const envelope = full.data ? envelopeOf(full.data.message) : null;
  return (
    <>
      <Card title="What it was">
        <div className={styles.facts}>
          <Facts>
            <Fact name="Type">
              {title}
              {version && <span className={styles.quiet}> · version {version}</span>}
            </Fact>
            <Fact name="Published by">{serviceTitle(letter.source)}</Fact>
            <Fact name="Aggregate">
              <span className={styles.id}>{letter.stream_id}</span>
            </Fact>
            {envelope && (
              <>
                <Fact name="Happened">{envelope.time && <When at={envelope.time} exact />}</Fact>
                <Fact name="By">{actorName(envelope.actor, nameOf)}</Fact>
              </>
            )}
            <Fact name="Held up since">
              <When at={letter.parked_at} exact />
            </Fact>
          </Facts>
        </div>
      </Card>
      <Card title="What it said">
        {envelope ? (
          <Data data={envelope.data} />
        ) : full.isError ? (
          <Failed error={full.error} retry={() => void full.refetch()} what="event" />
        ) : (
          <Lines count={4} label="Loading the event" />
        )}
      </Card>
    </>
  );
}
