import { Button, SegmentedControl } from "@mantine/core";
import { IconMailQuestion, IconMessages } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useCommands } from "../commands/registry";
import { Page } from "../ui/Page";
import { EntriesAwaited, leavePane, moveAmongEntries, Split } from "../ui/Split";
import { Empty, Failed, Stale } from "../ui/states";
import { threadList } from "./queries";
import { ThreadList } from "./ThreadList";
import { ThreadPane } from "./ThreadPane";

const route = getRouteApi("/conversations");

/** All that is said with the agency, by phone and by email: the conversations, and one of them beside. */
export function ConversationsPage() {
  const { thread, unknown = false } = route.useSearch();
  const navigate = route.useNavigate();
  const threads = useInfiniteQuery(threadList(unknown));
  const items = useMemo(() => threads.data?.pages.flatMap((page) => page.items) ?? [], [threads.data]);

  const show = useCallback(
    (only: boolean) => void navigate({ search: { unknown: only || undefined, thread: undefined } }),
    [navigate],
  );
  const leave = useCallback(
    () => leavePane(() => void navigate({ search: (now) => ({ ...now, thread: undefined }) })),
    [navigate],
  );
  useCommands(
    useMemo(() => {
      const command = (keys: string, title: string, run: () => void, disabled = false) => ({
        id: `conversations ${title}`,
        group: "Conversations",
        keys,
        title,
        run,
        disabled,
      });
      return [
        command("j", "Next conversation", () => moveAmongEntries(1)),
        command("k", "Previous conversation", () => moveAmongEntries(-1)),
        command("u", unknown ? "All conversations" : "Unknown senders", () => show(!unknown)),
        command("Escape", "Back to the list", leave, thread === undefined),
      ];
    }, [leave, show, thread, unknown]),
  );

  return (
    <Page
      title="Conversations"
      width="full"
      actions={
        <SegmentedControl
          role="radiogroup"
          aria-label="Which conversations"
          value={unknown ? "unknown" : "all"}
          onChange={(which) => show(which === "unknown")}
          data={[
            { value: "all", label: "All" },
            { value: "unknown", label: "Unknown senders" },
          ]}
        />
      }
    >
      <Split
        label="Conversations"
        paneLabel="Conversation"
        open={thread}
        list={
          <>
            {threads.isError && items.length > 0 && (
              <Stale error={threads.error} retry={() => void threads.refetch()} />
            )}
            {threads.isPending ? (
              <EntriesAwaited label="Loading conversations" />
            ) : threads.isError && items.length === 0 ? (
              <Failed error={threads.error} retry={() => void threads.refetch()} what="list" />
            ) : items.length === 0 ? (
              <Nothing unknown={unknown} all={() => show(false)} />
            ) : (
              <ThreadList
                threads={items}
                open={thread}
                more={threads.hasNextPage}
                loadMore={() => void threads.fetchNextPage()}
                loadingMore={threads.isFetchingNextPage}
              />
            )}
          </>
        }
        pane={
          thread ? (
            <ThreadPane key={thread} id={thread} />
          ) : (
            items.length > 0 && (
              <Empty icon={<IconMessages />} title="Choose a conversation">
                J and K move in the list, Enter opens.
              </Empty>
            )
          )
        }
      />
    </Page>
  );
}

function Nothing({ unknown, all }: { unknown: boolean; all: () => void }) {
  return unknown ? (
    <Empty
      icon={<IconMailQuestion />}
      title="No unknown senders"
      action={
        <Button variant="default" onClick={all}>
          All conversations
        </Button>
      }
    >
      Everybody who wrote is a lead or a client.
    </Empty>
  ) : (
    <Empty icon={<IconMessages />} title="Nothing was said yet">
      Calls that are logged and emails that arrive stand here.
    </Empty>
  );
}
