import { Drawer } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { IconHistory } from "@tabler/icons-react";
import { useId, useState } from "react";
import type { HistoryEntry, StageStay } from "../api/schema";
import { tookInWords } from "../leads/pipelines/lasting";
import { FromTo } from "../timeline/ChangeEntry";
import { fieldName } from "../timeline/fields";
import { NotShown } from "../ui/Fact";
import { ShowMore } from "../ui/Split";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { Unfold } from "../ui/Unfold";
import { When } from "../ui/When";
import { AsItWas } from "./AsItWas";
import { AtATime } from "./AtATime";
import styles from "./History.module.css";
import { actorInWords, type NameOf, useNames } from "./names";
import { historyOf, type Past, stagesOfPast } from "./past";
import { Restore } from "./Restore";
import { Stages } from "./Stages";
import { told } from "./state";
import { Value } from "./Value";

interface HistoryProps {
  past: Past;
  opened: boolean;
  close: () => void;
}

/** Every change that was made to a record, and by whom, and what it was at any moment: the record behind the timeline. */
export function History({ past, opened, close }: HistoryProps) {
  return (
    <Drawer opened={opened} onClose={close} title="History" position="right" size={500}>
      <div className={styles.history}>
        <AtATime past={past} />
        <Stages past={past} />
        <Entries past={past} />
      </div>
    </Drawer>
  );
}

function Entries({ past }: { past: Past }) {
  const history = useInfiniteQuery(historyOf(past));
  const stays = useQuery(stagesOfPast(past, {})).data?.items;
  const nameOf = useNames();
  const again = () => void history.refetch();
  if (history.isPending) return <Lines count={8} label="Loading the history" />;
  if (!history.data) return <Failed error={history.error} retry={again} what="history" />;
  const entries = history.data.pages.flatMap(({ items }) => items);
  if (entries.length === 0) {
    return (
      <Empty icon={<IconHistory size={24} />} title="Nothing has happened yet">
        What is changed of this {past.noun} stands here, and who did it.
      </Empty>
    );
  }
  const { isFetchNextPageError: stuck } = history;
  return (
    <>
      {history.isError && !stuck && <Stale error={history.error} retry={again} />}
      <ol className={styles.entries} aria-label="Changes, the latest first">
        {entries.map((entry, index) => (
          <li key={entry.event_id}>
            <Entry
              entry={entry}
              // What follows from an earlier moment of the same record was set back to what it was then.
              source={entries.find(({ event_id }) => event_id === entry.causation_id)}
              left={stays?.find(({ until_version }) => until_version === entry.version)}
              nameOf={nameOf}
              past={past}
              isNow={index === 0}
            />
          </li>
        ))}
      </ol>
      {stuck && <Failed error={history.error} retry={() => void history.fetchNextPage()} what="history" />}
      {history.hasNextPage && !stuck && (
        <ShowMore load={() => void history.fetchNextPage()} loading={history.isFetchingNextPage} />
      )}
    </>
  );
}

interface EntryProps {
  entry: HistoryEntry;
  source: HistoryEntry | undefined;
  /** The stage that it left by this. */
  left: StageStay | undefined;
  nameOf: NameOf;
  past: Past;
  /** Whether nothing came after it: what it made is what there is. */
  isNow: boolean;
}

function Entry({ entry, source, left, nameOf, past, isNow }: EntryProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const changes = told(entry.changes);
  return (
    <>
      <h3>{entry.title}</h3>
      <p className={styles.by}>
        {actorInWords(entry.actor, nameOf)} · <When at={entry.occurred_at} />
        {source && (
          <>
            {" "}
            · restored from <When at={source.occurred_at} exact />
          </>
        )}
      </p>
      {left && <p className={styles.by}>{tookInWords(left)}</p>}
      {changes.length > 0 && (
        <ul className={styles.changes}>
          {changes.map(({ field, old, new: next, withheld }) => (
            <li key={field}>
              <span className={styles.name}>{fieldName(field)}</span>
              <span className={styles.change}>
                {withheld ? (
                  <NotShown />
                ) : old === null ? (
                  <Value field={field} value={next} nameOf={nameOf} />
                ) : (
                  <FromTo
                    old={<Value field={field} value={old} nameOf={nameOf} />}
                    next={<Value field={field} value={next} nameOf={nameOf} />}
                  />
                )}
                {!isNow && !withheld && (
                  <Restore past={past} field={field} value={next} version={entry.version} nameOf={nameOf} />
                )}
                {isNow && !withheld && (
                  <Restore
                    past={past}
                    field={field}
                    value={old}
                    version={entry.version - 1}
                    nameOf={nameOf}
                  />
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {!isNow && (
        <>
          <Unfold open={open} setOpen={setOpen} controls={open ? id : undefined}>
            As it was then
          </Unfold>
          {open && (
            <div id={id}>
              <AsItWas past={past} when={{ version: entry.version }} />
            </div>
          )}
        </>
      )}
    </>
  );
}
