import { Button, Checkbox } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconColumns3, IconPlus, IconSpeakerphone } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import type { Campaign } from "../api/schema";
import { useCommands } from "../commands/registry";
import { BackToLeads } from "../leads/BackToLeads";
import { useMayKeepSources } from "../leads/sources/access";
import { Frame } from "../reports/Frame";
import { Chip } from "../ui/Chip";
import { Card, Page } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { Views } from "../ui/Views";
import styles from "./Campaigns.module.css";
import { PlanDialog } from "./PlanDialog";
import { campaignList } from "./queries";
import {
  amount,
  costInWords,
  datesInWords,
  KINDS,
  LEAST_COMPARED,
  MOST_COMPARED,
  shareOfBudget,
  type Status,
  STATUSES,
} from "./words";

const route = getRouteApi("/leads/campaigns");

/** The agency's campaigns, what each costs and what came of it. Owners, admins and managers plan them. */
export function CampaignsPage() {
  const { status, planning } = route.useSearch();
  const navigate = route.useNavigate();
  // The same people keep both: see the table of roles.
  const mayKeep = useMayKeepSources();
  const { data: all, error, refetch } = useQuery(campaignList);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const room = useMediaQuery("(min-width: 901px)", true, { getInitialValueInEffect: false });
  const plan = useCallback(
    (planning?: true) =>
      void navigate({ search: ({ status: now }) => ({ status: now, planning }), replace: true }),
    [navigate],
  );
  const compared = chosen.length >= LEAST_COMPARED && chosen.length <= MOST_COMPARED;
  const compare = useCallback(
    () => void navigate({ to: "/leads/campaigns/compare", search: { id: [...chosen] } }),
    [chosen, navigate],
  );
  useCommands(
    useMemo(
      () => [
        {
          id: "campaign plan",
          title: "Plan a campaign",
          group: "Campaigns",
          keys: "c",
          keywords: "new create add",
          disabled: !mayKeep,
          run: () => plan(true),
        },
        {
          id: "campaign compare",
          title: "Compare the chosen campaigns",
          group: "Campaigns",
          keys: "m",
          keywords: "side by side chart",
          disabled: !compared,
          run: compare,
        },
      ],
      [compare, compared, mayKeep, plan],
    ),
  );
  const shown = all?.filter((campaign) => status === undefined || campaign.status === status);
  const ask = () => void refetch();
  const choose = (id: string) => (on: boolean) =>
    setChosen((now) => (on ? [...now, id] : now.filter((each) => each !== id)));
  const part = { chosen, choose };
  return (
    <Page
      title="Campaigns"
      above={<BackToLeads />}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconColumns3 size={17} stroke={1.7} aria-hidden="true" />}
            disabled={!compared}
            onClick={compare}
          >
            Compare{chosen.length > 0 && ` ${chosen.length}`}
          </Button>
          {mayKeep && (
            <Button leftSection={<IconPlus size={16} aria-hidden="true" />} onClick={() => plan(true)}>
              Plan a campaign
            </Button>
          )}
        </>
      }
    >
      <Views label="Campaigns by how far they are" shown={status ?? "all"} className={styles.views}>
        {([undefined, ...Object.keys(STATUSES)] as (Status | undefined)[]).map((each) => (
          <Link
            key={each ?? "all"}
            to="/leads/campaigns"
            search={each === undefined ? {} : { status: each }}
            activeOptions={{ exact: true, includeSearch: true }}
          >
            {each === undefined ? "All" : STATUSES[each].word}
            {all && ` · ${each === undefined ? all.length : all.filter((one) => one.status === each).length}`}
          </Link>
        ))}
      </Views>
      <Card label="Campaigns">
        {error && all && <Stale error={error} retry={ask} />}
        {error && !all && <Failed error={error} retry={ask} what="list" />}
        {!all && !error && <Lines count={6} label="Loading campaigns" />}
        {shown?.length === 0 &&
          (all?.length === 0 ? (
            <Empty
              icon={<IconSpeakerphone size={24} />}
              title="No campaigns yet"
              action={mayKeep && <Button onClick={() => plan(true)}>Plan a campaign</Button>}
            >
              A campaign is what you do to be found: letters, ads, an event, a bought list. Planned here, it
              is told what its leads cost and what became of them.
            </Empty>
          ) : (
            <Empty icon={<IconSpeakerphone size={24} />} title="No campaign is so far" />
          ))}
        {shown &&
          shown.length > 0 &&
          (room ? <Table {...part} campaigns={shown} /> : <Cards {...part} campaigns={shown} />)}
        {shown && shown.length > 0 && (
          <p className={styles.foot}>
            Choose two to five of them to compare.
            {shown.some(({ cost }) => cost && cost.per_lead_minor === null && cost.net_minor !== 0) &&
              " What a lead or a sale cost is told where there is one, and to those who see all of the agency’s leads."}
          </p>
        )}
      </Card>
      <PlanDialog
        opened={planning === true && mayKeep}
        close={() => plan()}
        done={({ id }) =>
          void navigate({ to: "/leads/campaigns/$campaignId", params: { campaignId: id }, replace: true })
        }
      />
    </Page>
  );
}

interface PartProps {
  campaigns: readonly Campaign[];
  chosen: readonly string[];
  choose: (id: string) => (on: boolean) => void;
}

function Table({ campaigns, chosen, choose }: PartProps) {
  return (
    <Frame label="Campaigns, what they cost and what came of them">
      <thead>
        <tr>
          <th scope="col">Campaign</th>
          <th scope="col">Dates</th>
          <th scope="col">Cost so far</th>
          <th scope="col">Budget</th>
          <th scope="col">Leads</th>
          <th scope="col">Won</th>
          <th scope="col">A lead</th>
          <th scope="col">A sale</th>
        </tr>
      </thead>
      <tbody>
        {campaigns.map((campaign) => (
          <tr key={campaign.id}>
            <th scope="row">
              <div className={styles.row}>
                <Choice campaign={campaign} chosen={chosen} choose={choose} />
                <Name campaign={campaign} />
              </div>
            </th>
            <td>{datesInWords(campaign)}</td>
            <td>
              <Spent campaign={campaign} />
            </td>
            <td>{amount(campaign.budget_minor, campaign)}</td>
            <td>{campaign.came?.all}</td>
            <td>{campaign.came?.won}</td>
            <td>{amount(campaign.cost?.per_lead_minor, campaign)}</td>
            <td>{amount(campaign.cost?.per_bind_minor, campaign)}</td>
          </tr>
        ))}
      </tbody>
    </Frame>
  );
}

function Cards({ campaigns, chosen, choose }: PartProps) {
  return (
    <ul className={styles.cards} aria-label="Campaigns, what they cost and what came of them">
      {campaigns.map((campaign) => (
        <li key={campaign.id} className={styles.card}>
          <Choice campaign={campaign} chosen={chosen} choose={choose} />
          <div>
            <Name campaign={campaign} />
            <p className={styles.small}>{datesInWords(campaign)}</p>
            <dl className={styles.figures}>
              <Figure name="Cost so far">
                <Spent campaign={campaign} />
              </Figure>
              <Figure name="Budget">{amount(campaign.budget_minor, campaign)}</Figure>
              <Figure name="Leads">{campaign.came?.all}</Figure>
              <Figure name="Won">{campaign.came?.won}</Figure>
              <Figure name="A lead">{amount(campaign.cost?.per_lead_minor, campaign)}</Figure>
              <Figure name="A sale">{amount(campaign.cost?.per_bind_minor, campaign)}</Figure>
            </dl>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Figure({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Choice({
  campaign: { id, name },
  chosen,
  choose,
}: Omit<PartProps, "campaigns"> & { campaign: Campaign }) {
  const on = chosen.includes(id);
  return (
    <Checkbox
      aria-label={`Compare ${name}`}
      checked={on}
      disabled={!on && chosen.length >= MOST_COMPARED}
      onChange={(event) => choose(id)(event.currentTarget.checked)}
    />
  );
}

function Name({ campaign: { id, name, status, kind } }: { campaign: Campaign }) {
  return (
    <div className={styles.name}>
      <Link to="/leads/campaigns/$campaignId" params={{ campaignId: id }}>
        {name}
      </Link>
      <Chip tone={STATUSES[status].tone}>{STATUSES[status].word}</Chip>
      <span className={styles.small}>{KINDS[kind]}</span>
    </div>
  );
}

function Spent({ campaign }: { campaign: Campaign }) {
  const share = shareOfBudget(campaign);
  return (
    <>
      <span className={share !== null && share > 100 ? styles.over : undefined}>
        {costInWords(campaign.cost?.net_minor, campaign)}
      </span>
      {share !== null && <span className={styles.small}> {share} %</span>}
    </>
  );
}
