import { IconChartLine } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Campaign, PipelineResult } from "../api/schema";
import { Frame } from "../reports/Frame";
import { shortDay } from "../reports/weeks";
import { minutesInWords } from "../leads/assignment/words";
import { words } from "../ui/format";
import { Card } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { resultsOf } from "./queries";
import styles from "./Campaigns.module.css";
import { WeeksChart } from "./WeeksChart";
import { amount, costInWords, NOT_RECORDED, type Step, STEPS } from "./words";

/** How far a campaign's leads came, what each step cost, by which sources and in which weeks. */
export function Results({ campaign }: { campaign: Campaign }) {
  const { data, error, refetch } = useQuery(resultsOf(campaign.id));
  const ask = () => void refetch();
  const { came, enrolled, cost } = campaign;
  const costs: Partial<Record<Step, number | null>> = {
    all: cost?.per_lead_minor ?? null,
    quoted: cost?.per_quote_minor ?? null,
    won: cost?.per_bind_minor ?? null,
  };
  return (
    <>
      <Card title="How far they came">
        <Frame label="Leads by how far they came">
          <thead>
            <tr>
              <th scope="col">Leads</th>
              <th scope="col">Came from it</th>
              <th scope="col">Of all</th>
              <th scope="col">Cost each</th>
              <th scope="col">Put into it</th>
            </tr>
          </thead>
          <tbody>
            {(Object.keys(STEPS) as Step[]).map((step) => (
              <tr key={step}>
                <th scope="row">{step === "all" ? "All" : STEPS[step].word}</th>
                <td>
                  <Behind campaign={campaign} step={step} count={came?.[step] ?? 0} />
                </td>
                <td>{came && came.all > 0 ? `${Math.round((100 * came[step]) / came.all)} %` : "—"}</td>
                <td>{step in costs ? costInWords(costs[step], campaign) : ""}</td>
                <td>
                  <Behind campaign={campaign} step={step} count={enrolled?.[step] ?? 0} enrolled />
                </td>
              </tr>
            ))}
          </tbody>
        </Frame>
        <p className={styles.foot}>
          Half of those whom somebody was in touch with were within{" "}
          {minutesInWords(came?.median_minutes ?? null)}. Costs are of those that came from it. Leads that you
          may not see are not counted.
        </p>
      </Card>
      {error && data && <Stale error={error} retry={ask} />}
      {error && !data && <Failed error={error} retry={ask} what="report" />}
      {!data && !error && <Lines count={5} label="Loading what came of it" />}
      {data && data.weeks.length === 0 && (
        <Empty icon={<IconChartLine size={24} />} title="No lead came from it yet" />
      )}
      {data?.pipelines.map((pipeline) => (
        <InStages key={pipeline.pipeline} campaign={campaign} pipeline={pipeline} />
      ))}
      {data && data.weeks.length > 0 && (
        <Card title="By the week in which they came">
          <WeeksChart weeks={data.weeks} />
          <Frame label="Leads by the week in which they came">
            <thead>
              <tr>
                <th scope="col">Week of</th>
                <th scope="col">Leads</th>
                <th scope="col">Contacted</th>
                <th scope="col">Quoted</th>
                <th scope="col">Won</th>
                <th scope="col">Lost</th>
              </tr>
            </thead>
            <tbody>
              {data.weeks.map((week) => (
                <tr key={week.from}>
                  <th scope="row">{shortDay(week.from)}</th>
                  <td>{week.all}</td>
                  <td>{week.contacted}</td>
                  <td>{week.quoted}</td>
                  <td>{week.won}</td>
                  <td>{week.lost}</td>
                </tr>
              ))}
            </tbody>
          </Frame>
        </Card>
      )}
      {data && data.sources.length > 0 && (
        <Card title="By source">
          <Frame label="Leads by source">
            <thead>
              <tr>
                <th scope="col">Source</th>
                <th scope="col">Leads</th>
                <th scope="col">Quoted</th>
                <th scope="col">Won</th>
                <th scope="col">Paid for them</th>
                <th scope="col">A lead</th>
                <th scope="col">A sale</th>
              </tr>
            </thead>
            <tbody>
              {data.sources.map((each) => (
                <tr key={each.source}>
                  <th scope="row">{each.source}</th>
                  <td>{each.all}</td>
                  <td>{each.quoted}</td>
                  <td>{each.won}</td>
                  <td>{each.cost.recorded ? amount(each.cost.leads_minor, campaign) : NOT_RECORDED}</td>
                  <td>{amount(each.cost.per_lead_minor, campaign)}</td>
                  <td>{amount(each.cost.per_bind_minor, campaign)}</td>
                </tr>
              ))}
            </tbody>
          </Frame>
          <p className={styles.foot}>
            By what is paid for single leads alone: costs of the campaign as a whole are of no one source.
          </p>
        </Card>
      )}
    </>
  );
}

/** Where those who came from it stand in one pipeline, and which of its stages they ever reached. */
function InStages({
  campaign,
  pipeline: { pipeline, name, stages },
}: {
  campaign: Campaign;
  pipeline: PipelineResult;
}) {
  const line = pipeline === "default" ? name : words(pipeline);
  const list = (key: string, count: number, reached: boolean, label: string) =>
    count === 0 ? (
      0
    ) : (
      <Link
        to="/leads/campaigns/$campaignId"
        params={{ campaignId: campaign.id }}
        search={{ part: "leads", line: pipeline, stage: key, ...(reached ? { reached: true as const } : {}) }}
        aria-label={`${count} ${label}: list them`}
      >
        {count}
      </Link>
    );
  return (
    <Card title={`By stage: ${line}`}>
      <Frame label={`Leads by stage: ${line}`}>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">There now</th>
            <th scope="col">Ever reached</th>
          </tr>
        </thead>
        <tbody>
          {stages.map(({ key, name: stage, here, reached }) => (
            <tr key={key}>
              <th scope="row">{stage}</th>
              <td>{list(key, here, false, `in ${stage} now`)}</td>
              <td>{list(key, reached, true, `who reached ${stage}`)}</td>
            </tr>
          ))}
        </tbody>
      </Frame>
    </Card>
  );
}

interface BehindProps {
  campaign: Campaign;
  step: Step;
  count: number;
  enrolled?: boolean;
}

/** A number, which leads to the leads behind it. */
function Behind({ campaign, step, count, enrolled = false }: BehindProps) {
  if (count === 0) return <>0</>;
  return (
    <Link
      to="/leads/campaigns/$campaignId"
      params={{ campaignId: campaign.id }}
      search={{
        part: "leads",
        ...(enrolled ? { way: "enrolled" as const } : {}),
        ...(step === "all" ? {} : { step }),
      }}
      aria-label={`${count} ${STEPS[step].word.toLowerCase()}${enrolled ? " that were put into it" : ""}: list them`}
    >
      {count}
    </Link>
  );
}
