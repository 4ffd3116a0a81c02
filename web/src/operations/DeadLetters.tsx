import { Button, SegmentedControl } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconHourglass, IconTrash, IconX } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useCommands } from "../commands/registry";
import { useMayAdminister } from "../session/session";
import { Chip } from "../ui/Chip";
import { Choice, ListFilters } from "../ui/ListFilters";
import { Sign } from "../ui/Sign";
import { EntryWords, focusedEntry, moveAmongEntries, Split } from "../ui/Split";
import { eventName } from "../ui/eventNames";
import { Empty } from "../ui/states";
import { When } from "../ui/When";
import { Discard } from "./Discard";
import { useFromEach } from "./fromEach";
import { Entry, Gone, ListFromEach, useActions, useList } from "./List";
import { LetterPane } from "./LetterPane";
import { type HeldUp, heldUp, latestDiscarded, type Letter, wasTried } from "./letters";
import styles from "./Operations.module.css";
import { deadLetters, useRedrive } from "./queries";
import type { OperationsSearch } from "./search";
import { SERVICE_NAMES, SERVICES, serviceTitle, type ServiceName } from "./services";

const route = getRouteApi("/operations");

/** What the services' consumers could not take, over all of them: one line for each aggregate that is held up. */
export function DeadLetters() {
  const { service, consumer, discarded = false, open } = route.useSearch();
  const mayAct = useMayAdminister();
  const letters = useFromEach(deadLetters(consumer, discarded), service);
  const shown = discarded ? latestDiscarded(letters.items) : heldUp(letters.items);
  const opened = shown.find(({ key }) => key === open);
  const [discarding, setDiscarding] = useState<HeldUp | null>(null);
  const redrive = useRedrive();

  const { narrow, leave } = useList();
  // The keys are for the line that has the focus, else for what is open beside.
  const meant = () => shown.find(({ key }) => key === (focusedEntry() ?? open));
  const does = useActions({
    redrive: () => {
      const each = meant();
      if (each) redrive.mutate(each);
    },
    discard: () => setDiscarding(meant() ?? null),
  });
  useCommands(
    useMemo(() => {
      const group = "Dead letters";
      const mayNot = !mayAct || discarded;
      return [
        { id: "letter next", title: "Next dead letter", group, keys: "j", run: () => moveAmongEntries(1) },
        {
          id: "letter previous",
          title: "Previous dead letter",
          group,
          keys: "k",
          run: () => moveAmongEntries(-1),
        },
        {
          id: "letter redrive",
          title: "Redrive the aggregate's events",
          group,
          keys: "r",
          keywords: "retry again",
          disabled: mayNot,
          run: () => does("redrive"),
        },
        {
          id: "letter discard",
          title: "Discard the event…",
          group,
          keys: "d",
          disabled: mayNot,
          run: () => does("discard"),
        },
        {
          id: "letter discarded",
          title: discarded ? "Show what is held up" : "Show what was discarded",
          group,
          keys: "x",
          run: () => narrow({ discarded: discarded ? undefined : true }),
        },
        {
          id: "letter leave",
          title: "Back to the list",
          group,
          keys: "Escape",
          disabled: open === undefined,
          run: leave,
        },
      ];
    }, [discarded, does, leave, mayAct, narrow, open]),
  );

  return (
    <>
      <Split
        label="Dead letters"
        paneLabel="What is open"
        wide
        open={open}
        list={
          <>
            <Filters letters={letters.items} narrow={narrow} />
            <ListFromEach
              from={letters}
              what="dead letters"
              nothing={
                <Nothing discarded={discarded} narrowed={service !== undefined || consumer !== undefined} />
              }
            >
              {shown.map((each) => (
                <Entry key={each.key} entry={each.key}>
                  <Line held={each} />
                </Entry>
              ))}
            </ListFromEach>
          </>
        }
        pane={
          opened ? (
            <LetterPane
              key={opened.key}
              held={opened}
              redrive={mayAct && !discarded ? () => redrive.mutate(opened) : null}
              redriving={redrive.isPending && redrive.variables.key === opened.key}
              discard={mayAct && !discarded ? () => setDiscarding(opened) : null}
            />
          ) : open !== undefined && !letters.pending ? (
            <Gone>It was taken after all, or discarded, since this address was made.</Gone>
          ) : shown.length > 0 ? (
            <Empty icon={<IconAlertTriangle />} title="Choose a dead letter">
              J and K move in the list, Enter opens{mayAct && !discarded && ", R redrives, D discards"}.
            </Empty>
          ) : null
        }
      />
      <Discard held={discarding} close={() => setDiscarding(null)} goOn={(held) => redrive.mutate(held)} />
    </>
  );
}

function Filters({
  letters,
  narrow,
}: {
  letters: readonly Letter[];
  narrow: (next: Partial<OperationsSearch>) => void;
}) {
  const { service, consumer, discarded = false } = route.useSearch();
  const consumers = [...new Set([...letters.map((each) => each.consumer), ...(consumer ? [consumer] : [])])];
  return (
    <div className={styles.filters}>
      <ListFilters of="dead letters">
        <SegmentedControl
          size="xs"
          role="radiogroup"
          aria-label="Which dead letters"
          value={discarded ? "discarded" : "held up"}
          onChange={(which) => narrow({ discarded: which === "discarded" ? true : undefined })}
          data={[
            { value: "held up", label: "Held up" },
            { value: "discarded", label: "Discarded" },
          ]}
        />
        <Choice
          name="Service"
          single
          options={SERVICE_NAMES.map((value) => ({ value, label: SERVICES[value] }))}
          chosen={service ? [service] : []}
          choose={(chosen) =>
            narrow({ service: chosen?.[0] as ServiceName | undefined, consumer: undefined })
          }
        />
        <Choice
          name="Consumer"
          single
          options={consumers.toSorted().map((value) => ({ value, label: value }))}
          chosen={consumer ? [consumer] : []}
          choose={(chosen) => narrow({ consumer: chosen?.[0] })}
        />
        {(service !== undefined || consumer !== undefined) && (
          <Button
            variant="subtle"
            size="compact-md"
            leftSection={<IconX size={15} />}
            onClick={() => narrow({ service: undefined, consumer: undefined })}
          >
            Clear
          </Button>
        )}
      </ListFilters>
    </div>
  );
}

function Line({ held: { head, behind } }: { held: HeldUp }) {
  const discarded = head.discarded_at !== null;
  const Icon = discarded ? IconTrash : wasTried(head) ? IconAlertTriangle : IconHourglass;
  return (
    <>
      <Sign tone={discarded ? "plain" : wasTried(head) ? "bad" : "warn"}>
        <Icon size={16} stroke={1.7} aria-hidden="true" />
      </Sign>
      <EntryWords
        title={eventName(head.type).title}
        when={<When at={head.discarded_at ?? head.parked_at} />}
        second={
          <>
            <span className={styles.quiet}>
              {serviceTitle(head.source)} → {head.consumer}
            </span>
            {behind.length > 0 && <Chip tone="warn">+{behind.length} behind</Chip>}
          </>
        }
        snippet={discarded ? head.discarded_because : wasTried(head) ? head.error : "Waits to be redriven"}
      />
    </>
  );
}

function Nothing({ discarded, narrowed }: { discarded: boolean; narrowed: boolean }) {
  if (discarded) {
    return (
      <Empty icon={<IconTrash />} title={narrowed ? "None was discarded here" : "None was ever discarded"}>
        An event that a consumer cannot take may be put aside for good. It is kept here, with the reason.
      </Empty>
    );
  }
  return (
    <Empty icon={<IconCircleCheck />} title={narrowed ? "Nothing is held up here" : "Nothing is held up"}>
      Every consumer took every event. One that it cannot take stands here, with those of the same aggregate
      behind it.
    </Empty>
  );
}
