import { Checkbox, NativeSelect } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Campaign } from "../api/schema";
import { useCampaigns } from "../directory/queries";
import { minutesInWords } from "../leads/assignment/words";
import { Frame } from "../reports/Frame";
import { BackTo } from "../ui/BackTo";
import { Card, Page } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import styles from "./Campaigns.module.css";
import { CompareChart } from "./CompareChart";
import { MEASURES, type Measure } from "./measures";
import { comparison } from "./queries";
import { amount, costInWords, datesInWords, KINDS, LEAST_COMPARED, MOST_COMPARED, STATUSES } from "./words";

const route = getRouteApi("/leads/campaigns/compare");

/** Two to five campaigns side by side, drawn and as a table. */
export function ComparePage() {
  const { id: ids } = route.useSearch();
  const navigate = route.useNavigate();
  const enough = ids.length >= LEAST_COMPARED;
  const { data, error, refetch, isPlaceholderData } = useQuery({ ...comparison(ids), enabled: enough });
  const [measure, setMeasure] = useState<Measure>("leads");
  const campaigns = useCampaigns();
  const ask = () => void refetch();
  const change = (id: string, on: boolean) =>
    void navigate({ search: { id: on ? [...ids, id] : ids.filter((each) => each !== id) }, replace: true });
  return (
    <Page title="Compare campaigns" above={<BackTo to="/leads/campaigns">Campaigns</BackTo>}>
      <Card label="Which">
        <fieldset className={styles.group}>
          <legend>Two to five of them</legend>
          <div className={styles.boxes}>
            {campaigns.map(({ id, name }) => (
              <Checkbox
                key={id}
                label={name}
                checked={ids.includes(id)}
                disabled={!ids.includes(id) && ids.length >= MOST_COMPARED}
                onChange={(event) => change(id, event.currentTarget.checked)}
              />
            ))}
          </div>
        </fieldset>
      </Card>
      {!enough && (
        <Empty icon={<IconColumns3 size={24} />} title="Choose at least two">
          They stand side by side here, with what each cost and what came of it.
        </Empty>
      )}
      {enough && error && data && <Stale error={error} retry={ask} />}
      {enough && error && !data && <Failed error={error} retry={ask} what="comparison" />}
      {enough && !data && !error && <Lines count={8} label="Loading the comparison" />}
      {enough && data && (
        <div aria-busy={isPlaceholderData} className={styles.compared}>
          <Card
            title="Drawn"
            actions={
              <NativeSelect
                aria-label="What is drawn"
                data={Object.entries(MEASURES).map(([value, { title }]) => ({ value, label: title }))}
                value={measure}
                onChange={(event) => setMeasure(event.currentTarget.value as Measure)}
              />
            }
          >
            <CompareChart campaigns={data} measure={measure} />
          </Card>
          <Card title="In figures">
            <Table campaigns={data} />
          </Card>
        </div>
      )}
    </Page>
  );
}

const ROWS: readonly [string, (campaign: Campaign) => React.ReactNode][] = [
  ["State", ({ status }) => STATUSES[status].word],
  ["Kind", ({ kind }) => KINDS[kind]],
  ["Dates", datesInWords],
  ["Budget", (campaign) => amount(campaign.budget_minor, campaign)],
  ["Cost so far", (campaign) => costInWords(campaign.cost?.net_minor, campaign)],
  ["Leads", ({ came }) => came?.all],
  ["Untouched", ({ came }) => came?.untouched],
  ["Contacted", ({ came }) => came?.contacted],
  ["Quoted", ({ came }) => came?.quoted],
  ["Won", ({ came }) => came?.won],
  ["Lost", ({ came }) => came?.lost],
  ["Won of all leads", (campaign) => MEASURES.share.told(campaign)],
  ["Half were answered within", ({ came }) => minutesInWords(came?.median_minutes ?? null)],
  ["Cost of a lead", (campaign) => costInWords(campaign.cost?.per_lead_minor, campaign)],
  ["Cost of a quote", (campaign) => amount(campaign.cost?.per_quote_minor, campaign)],
  ["Cost of a sale", (campaign) => amount(campaign.cost?.per_bind_minor, campaign)],
  ["Put into it besides", ({ enrolled }) => enrolled?.all],
];

function Table({ campaigns }: { campaigns: readonly Campaign[] }) {
  return (
    <Frame label="Campaigns side by side">
      <thead>
        <tr>
          <th scope="col">What</th>
          {campaigns.map(({ id, name }) => (
            <th key={id} scope="col">
              <Link to="/leads/campaigns/$campaignId" params={{ campaignId: id }}>
                {name}
              </Link>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {ROWS.map(([title, of]) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            {campaigns.map((campaign) => (
              <td key={campaign.id}>{of(campaign)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </Frame>
  );
}
