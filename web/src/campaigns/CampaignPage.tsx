import { Button } from "@mantine/core";
import { IconColumns3, IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import type { Campaign } from "../api/schema";
import { useCommands } from "../commands/registry";
import { useMayKeepSources } from "../leads/sources/access";
import { useMayWrite } from "../session/session";
import { BackTo } from "../ui/BackTo";
import { Chip } from "../ui/Chip";
import { LinkButton } from "../ui/LinkButton";
import { Page } from "../ui/Page";
import { Failed, Lines, Stale } from "../ui/states";
import { failed } from "../ui/toast";
import { Views } from "../ui/Views";
import styles from "./Campaigns.module.css";
import { CloseDialog } from "./CloseDialog";
import { Costs, type Writing } from "./Costs";
import { Leads } from "./Leads";
import { Overview } from "./Overview";
import { ReplanDialog } from "./PlanDialog";
import { campaignById, useSetStatus } from "./queries";
import { Results } from "./Results";
import { type CampaignView, VIEWS } from "./search";
import { nextOf, STATUSES } from "./words";

const route = getRouteApi("/leads/campaigns/$campaignId");

/** One campaign: its plan and sources, who is in it, what it cost and what came of it. */
export function CampaignPage() {
  const { campaignId } = route.useParams();
  const { data: campaign, error, refetch } = useQuery(campaignById(campaignId));
  const ask = () => void refetch();
  const above = <BackTo to="/leads/campaigns">Campaigns</BackTo>;
  if (campaign) {
    return (
      <Shown
        key={campaignId}
        campaign={campaign}
        above={above}
        stale={error && <Stale error={error} retry={ask} />}
      />
    );
  }
  return (
    <Page title="Campaign" above={above}>
      {error ? (
        <Failed error={error} retry={ask} what="campaign" />
      ) : (
        <Lines count={6} label="Loading the campaign" />
      )}
    </Page>
  );
}

interface ShownProps {
  campaign: Campaign;
  above: React.ReactNode;
  stale: React.ReactNode;
}

function Shown({ campaign, above, stale }: ShownProps) {
  const { part = "overview" } = route.useSearch();
  const navigate = route.useNavigate();
  // The same people keep both: see the table of roles.
  const mayKeep = useMayKeepSources();
  const mayWrite = useMayWrite();
  const searchBox = useRef<HTMLInputElement>(null);
  const [editing, setEditing] = useState(false);
  const [closing, setClosing] = useState(false);
  const [writing, setWriting] = useState<Writing>(null);
  const [adding, setAdding] = useState(false);
  const { mutate: become, isPending } = useSetStatus(campaign);
  const { status } = campaign;
  const next = nextOf(status);
  const go = useCallback(
    () =>
      become(
        { status: nextOf(status).to },
        { onError: (error) => failed("The campaign is as it was", error) },
      ),
    [become, status],
  );
  const look = useCallback(
    (view: CampaignView) => void navigate({ search: view === "overview" ? {} : { part: view } }),
    [navigate],
  );
  const cost = useCallback(() => {
    look("costs");
    setWriting("new");
  }, [look]);
  const search = useCallback(() => searchBox.current?.focus(), []);
  const add = useCallback(() => {
    look("leads");
    setAdding(true);
  }, [look]);

  useCommands(
    useMemo(() => {
      const command = (
        keys: string,
        title: string,
        run: () => void,
        more: { keywords?: string; disabled?: boolean } = {},
      ) => ({
        id: `campaign ${title}`,
        group: "Campaign",
        keys,
        title,
        run,
        ...more,
      });
      return [
        ...(Object.keys(VIEWS) as CampaignView[]).map((view, place) =>
          command(String(place + 1), VIEWS[view], () => look(view)),
        ),
        command("e", "Change the plan", () => setEditing(true), {
          keywords: "edit utm dates budget",
          disabled: !mayKeep,
        }),
        command("c", "Record a cost", cost, { keywords: "money spent bill", disabled: !mayKeep }),
        command("a", "Put leads into it", add, {
          keywords: "add members enrol",
          disabled: !mayWrite || status === "closed",
        }),
        command("s", `${next.word} the campaign`, go, { keywords: "status start stop", disabled: !mayKeep }),
        command("shift+c", "Close the campaign…", () => setClosing(true), {
          keywords: "end finish",
          disabled: !mayKeep || status === "closed",
        }),
        ...(part === "leads"
          ? [
              {
                id: "campaign search",
                group: "Campaign",
                keys: "/",
                title: "Search in these leads",
                run: search,
              },
            ]
          : []),
      ];
    }, [add, cost, go, look, mayKeep, mayWrite, next.word, part, search, status]),
  );

  return (
    <Page
      title={campaign.name}
      above={above}
      actions={
        <>
          <Chip tone={STATUSES[status].tone}>{STATUSES[status].word}</Chip>
          <LinkButton
            to="/leads/campaigns/compare"
            search={{ id: [campaign.id] }}
            variant="default"
            leftSection={<IconColumns3 size={17} stroke={1.7} aria-hidden="true" />}
          >
            Compare
          </LinkButton>
          {mayKeep && (
            <>
              <Button
                variant="default"
                leftSection={<IconPencil size={17} stroke={1.7} aria-hidden="true" />}
                onClick={() => setEditing(true)}
              >
                Change
              </Button>
              <Button variant="default" loading={isPending} onClick={go}>
                {next.word}
              </Button>
              {status !== "closed" && (
                <Button variant="default" onClick={() => setClosing(true)}>
                  Close…
                </Button>
              )}
            </>
          )}
        </>
      }
    >
      <Views label="Parts of the campaign" shown={part} className={styles.views}>
        {(Object.entries(VIEWS) as [CampaignView, string][]).map(([view, title]) => (
          <Link
            key={view}
            to="/leads/campaigns/$campaignId"
            params={{ campaignId: campaign.id }}
            search={view === "overview" ? {} : { part: view }}
            // A part may be narrowed further, and is the same part.
            activeOptions={{ exact: view === "overview", includeSearch: true }}
          >
            {title}
          </Link>
        ))}
      </Views>
      {stale}
      {part === "overview" && <Overview campaign={campaign} />}
      {part === "leads" && (
        <Leads
          campaign={campaign}
          mayWrite={mayWrite}
          adding={adding}
          add={setAdding}
          searchBox={searchBox}
        />
      )}
      {part === "costs" && (
        <Costs campaign={campaign} mayKeep={mayKeep} writing={writing} write={setWriting} />
      )}
      {part === "results" && <Results campaign={campaign} />}
      <ReplanDialog campaign={campaign} opened={editing} close={() => setEditing(false)} />
      <CloseDialog campaign={campaign} opened={closing} close={() => setClosing(false)} />
    </Page>
  );
}
