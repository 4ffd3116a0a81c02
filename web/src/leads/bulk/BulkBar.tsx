import { ActionIcon, Button, CloseButton, Loader, Menu } from "@mantine/core";
import {
  IconDots,
  IconHomeHeart,
  IconSpeakerphone,
  IconArrowRightCircle,
  IconRecycle,
  IconTag,
  IconTrash,
  IconUserShare,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import type { BulkAction } from "../../api/schema";
import { useCommands } from "../../commands/registry";
import type { LeadSearch } from "../filters";
import styles from "./Bulk.module.css";
import type { Dialog } from "./BulkDialogs";
import { useSameHousehold } from "../household/queries";
import { said } from "../../ui/toast";
import { countOf } from "./queries";
import type { Selection } from "./selection";

// They are not part of the first look at a list.
const BulkDialogs = lazy(() => import("./BulkDialogs").then((room) => ({ default: room.BulkDialogs })));

/** So many are of one household at once. */
const MOST_TOGETHER = 10;

interface BulkBarProps {
  selection: Selection;
  search: LeadSearch;
  /** How many rows are loaded, and whether there are more. */
  loaded: number;
  more: boolean;
  everything: () => void;
  clear: () => void;
  started: (bulk: BulkAction) => void;
}

/** What can be done to the chosen leads at once. */
export function BulkBar({ selection, search, loaded, more, everything, clear, started }: BulkBarProps) {
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const wholeList = !selection.all && selection.ids.size >= loaded && more;
  const total = useQuery({ ...countOf(search), enabled: selection.all || wholeList });
  const count = selection.all ? total.data : selection.ids.size;
  const close = useCallback(() => setDialog(null), []);
  const { mutate: join } = useSameHousehold();
  const together = selection.all || selection.ids.size > MOST_TOGETHER ? undefined : selection.ids;
  const mayLiveTogether = together !== undefined && together.size > 1;
  const liveTogether = useCallback(() => {
    const [leadId, ...otherIds] = together ?? [];
    join(
      { leadId: leadId!, otherIds },
      {
        onSuccess: ({ name }) => {
          said(name === null ? "They are of one household" : `They are the ${name}`);
          clear();
        },
      },
    );
  }, [clear, join, together]);
  useCommands(
    useMemo(() => {
      const command = (title: string, run: () => void, keys?: string) => ({
        id: `chosen ${title}`,
        title,
        group: "Chosen leads",
        ...(keys && { keys }),
        run,
      });
      return [
        command("Assign the chosen leads", () => setDialog("assign"), "a"),
        command("Move the chosen leads", () => setDialog("stage"), "s"),
        command("Tag the chosen leads", () => setDialog("tags"), "t"),
        command("Enrol the chosen leads in a campaign", () => setDialog("enrol")),
        ...(mayLiveTogether ? [command("Chosen leads are of the same household", liveTogether)] : []),
        command("Recycle the chosen leads", () => setDialog("recycle"), "r"),
        command("Remove the chosen leads", () => setDialog("remove")),
        ...(wholeList ? [command("Choose all that match", everything, "shift+a")] : []),
      ];
    }, [everything, liveTogether, mayLiveTogether, wholeList]),
  );
  return (
    <section className={styles.bar} aria-label="Bulk actions">
      <p role="status" className={styles.count}>
        <strong>
          {count === undefined ? <Loader size={12} aria-label="Counting" /> : count.toLocaleString("en-US")}
        </strong>{" "}
        {selection.all ? "chosen: all that match" : "chosen"}
      </p>
      {wholeList && (
        <Button size="compact-sm" variant="subtle" onClick={everything}>
          {total.data === undefined
            ? "Choose all that match"
            : `Choose all ${total.data.toLocaleString("en-US")} that match`}
        </Button>
      )}
      <div className={styles.actions}>
        <Act icon={<IconUserShare size={16} />} title="Assign" act={() => setDialog("assign")} />
        <Act icon={<IconArrowRightCircle size={16} />} title="Stage" act={() => setDialog("stage")} />
        <Act icon={<IconTag size={16} />} title="Tags" act={() => setDialog("tags")} />
        <Menu position="top-end">
          <Menu.Target>
            <ActionIcon variant="default" size={30} aria-label="More to do with the chosen leads">
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconSpeakerphone size={16} />} onClick={() => setDialog("enrol")}>
              Enrol in a campaign…
            </Menu.Item>
            {mayLiveTogether && (
              <Menu.Item leftSection={<IconHomeHeart size={16} />} onClick={liveTogether}>
                Same household
              </Menu.Item>
            )}
            <Menu.Item leftSection={<IconRecycle size={16} />} onClick={() => setDialog("recycle")}>
              Recycle…
            </Menu.Item>
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setDialog("remove")}>
              Remove…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <CloseButton aria-label="Choose none" onClick={clear} />
      </div>
      {dialog && (
        <Suspense fallback={null}>
          <BulkDialogs
            dialog={dialog}
            close={close}
            selection={selection}
            search={search}
            count={count}
            started={(bulk) => {
              clear();
              started(bulk);
            }}
          />
        </Suspense>
      )}
    </section>
  );
}

function Act({ icon, title, act }: { icon: React.ReactNode; title: string; act: () => void }) {
  return (
    <Button size="compact-md" variant="default" leftSection={icon} onClick={act}>
      {title}
    </Button>
  );
}
