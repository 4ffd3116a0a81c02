import { Button } from "@mantine/core";
import {
  IconDownload,
  IconEye,
  IconLockX,
  IconLogin2,
  IconPencil,
  IconRefresh,
  IconShieldSearch,
  IconX,
} from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useCommands } from "../commands/registry";
import { useNameOf, useUsers } from "../directory/queries";
import { Choice, ListFilters } from "../ui/ListFilters";
import { Sign } from "../ui/Sign";
import { EntryWords, moveAmongEntries, Split } from "../ui/Split";
import { Empty } from "../ui/states";
import { When } from "../ui/When";
import {
  type Audited,
  type Deed,
  DEEDS,
  isRefusal,
  keyOfEntry,
  latestFirst,
  originOf,
  type Span,
  SPANS,
} from "./audit";
import { AuditPane } from "./AuditPane";
import { auditTrail } from "./auditQueries";
import { ChooseType } from "./ChooseType";
import { actorName } from "./events";
import { useFromEach } from "./fromEach";
import { Entry, Gone, ListFromEach, useList } from "./List";
import styles from "./Operations.module.css";
import type { OperationsSearch } from "./search";
import { SERVICE_NAMES, SERVICES, type ServiceName } from "./services";

const route = getRouteApi("/operations");

/** Who changed, looked at or signed in to what, over all services: the latest first. */
export function Audit() {
  const { service, did, who, behalf, subject, type, span, open } = route.useSearch();
  // Whoever looks into it is in it: it is asked for when somebody wants it, not again and again.
  const trail = useFromEach(auditTrail({ did, who, behalf, subject, type, span }), service, false);
  const shown = latestFirst(trail.items, trail.unfinished);
  const opened = trail.items.find((each) => keyOfEntry(each) === open);
  const { narrow, leave } = useList();
  useCommands(
    useMemo(() => {
      const group = "Audit";
      return [
        { id: "audit next", title: "Next entry", group, keys: "j", run: () => moveAmongEntries(1) },
        { id: "audit previous", title: "Previous entry", group, keys: "k", run: () => moveAmongEntries(-1) },
        {
          id: "audit leave",
          title: "Back to the list",
          group,
          keys: "Escape",
          disabled: open === undefined,
          run: leave,
        },
      ];
    }, [leave, open]),
  );

  const narrowed = [service, did, who, behalf, subject, type, span].some((each) => each !== undefined);
  return (
    <Split
      label="Audit"
      paneLabel="What is open"
      wide
      open={open}
      list={
        <>
          <Filters narrow={narrow} narrowed={narrowed} again={trail.ask} />
          <ListFromEach
            from={trail}
            what="audit trail"
            nothing={
              <Empty
                icon={<IconShieldSearch />}
                title={narrowed ? "Nothing like that was done" : "Nothing was done yet"}
              >
                Whoever changes something, looks at a person’s data or signs in stands here.
              </Empty>
            }
          >
            {shown.map((each) => (
              <Entry key={keyOfEntry(each)} entry={keyOfEntry(each)}>
                <Line entry={each} />
              </Entry>
            ))}
          </ListFromEach>
        </>
      }
      pane={
        opened ? (
          <AuditPane key={open} entry={opened} narrow={narrow} />
        ) : open !== undefined && !trail.pending ? (
          <Gone>It is not among what is shown: look further back, or clear the filters.</Gone>
        ) : shown.length > 0 ? (
          <Empty icon={<IconShieldSearch />} title="Choose an entry">
            J and K move in the list, Enter opens. It is recorded who looks at what was changed.
          </Empty>
        ) : null
      }
    />
  );
}

interface FiltersProps {
  narrow: (next: Partial<OperationsSearch>) => void;
  narrowed: boolean;
  again: () => void;
}

function Filters({ narrow, narrowed, again }: FiltersProps) {
  const { service, did, who, behalf, subject, type, span } = route.useSearch();
  const users = useUsers().map(({ id, name }) => ({ value: id, label: name }));
  return (
    <div className={styles.filters}>
      <ListFilters of="audit trail">
        <Choice
          name="What"
          single
          options={Object.entries(DEEDS).map(([value, label]) => ({ value, label }))}
          chosen={did ? [did] : []}
          choose={(chosen) => narrow({ did: chosen?.[0] as Deed | undefined })}
        />
        <Choice
          name="Who"
          single
          options={users}
          chosen={who ? [who] : []}
          choose={(chosen) => narrow({ who: chosen?.[0] })}
        />
        <Choice
          name="On behalf of"
          single
          options={users}
          chosen={behalf ? [behalf] : []}
          choose={(chosen) => narrow({ behalf: chosen?.[0] })}
        />
        <ChooseType only={service} chosen={type} choose={(next) => narrow({ type: next })} />
        <Choice
          name="When"
          single
          options={Object.entries(SPANS).map(([value, label]) => ({ value, label }))}
          chosen={span ? [String(span)] : []}
          choose={(chosen) => narrow({ span: chosen ? (Number(chosen[0]) as Span) : undefined })}
        />
        <Choice
          name="Service"
          single
          options={SERVICE_NAMES.map((value) => ({ value, label: SERVICES[value] }))}
          chosen={service ? [service] : []}
          choose={(chosen) => narrow({ service: chosen?.[0] as ServiceName | undefined })}
        />
        {subject && (
          <Choice
            name="Record"
            single
            options={[{ value: subject, label: `…${subject.slice(-6)}` }]}
            chosen={[subject]}
            choose={(chosen) => narrow({ subject: chosen?.[0] })}
          />
        )}
        {narrowed && (
          <Button
            variant="subtle"
            size="compact-md"
            leftSection={<IconX size={15} />}
            onClick={() =>
              narrow({
                service: undefined,
                did: undefined,
                who: undefined,
                behalf: undefined,
                subject: undefined,
                type: undefined,
                span: undefined,
              })
            }
          >
            Clear
          </Button>
        )}
        <Button
          variant="subtle"
          color="gray"
          size="compact-md"
          leftSection={<IconRefresh size={15} />}
          onClick={again}
        >
          Look again
        </Button>
      </ListFilters>
    </div>
  );
}

function Line({ entry }: { entry: Audited }) {
  const nameOf = useNameOf();
  const refusal = isRefusal(entry);
  const Icon =
    entry.kind === "change"
      ? IconPencil
      : entry.kind === "sign-in"
        ? refusal
          ? IconLockX
          : IconLogin2
        : entry.type.startsWith("downloaded")
          ? IconDownload
          : IconEye;
  const behind = entry.on_behalf_of === null ? null : nameOf(entry.on_behalf_of);
  return (
    <>
      <Sign tone={refusal ? "warn" : "plain"}>
        <Icon size={16} stroke={1.7} aria-hidden="true" />
      </Sign>
      <EntryWords
        title={entry.title}
        when={<When at={entry.at} />}
        second={
          <span className={styles.quiet}>
            {refusal && entry.subject_id
              ? `At the account of ${nameOf(entry.subject_id)}`
              : actorName(entry.actor, nameOf)}
            {behind && ` for ${behind}`} · {SERVICES[entry.service]}
          </span>
        }
        snippet={originOf(entry.origin).device}
      />
    </>
  );
}
