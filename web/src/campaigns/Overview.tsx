import { IconClockPause } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Campaign } from "../api/schema";
import { useMayKeepSources } from "../leads/sources/access";
import { KINDS as SOURCE_KINDS } from "../leads/sources/words";
import settings from "../settings/Settings.module.css";
import { Chip } from "../ui/Chip";
import { Fact, Facts } from "../ui/Fact";
import { LinkButton } from "../ui/LinkButton";
import { Card } from "../ui/Page";
import { Failed, Lines, Stale } from "../ui/states";
import { LinkTile, Tile, Tiles } from "../ui/Tile";
import { When } from "../ui/When";
import { booksOf } from "./queries";
import styles from "./Campaigns.module.css";
import { amount, datesInWords, KINDS, leadsInWords, shareOfBudget, type Step, UTM } from "./words";

/** What a campaign came to in a few figures, how it is planned, and by what leads come to it. */
export function Overview({ campaign }: { campaign: Campaign }) {
  const { came, enrolled, cost } = campaign;
  const share = shareOfBudget(campaign);
  // What nobody recorded is not known: in a large figure a dash says so, and the small print why.
  const recorded = cost?.recorded ?? false;
  const told = (minor: number | null | undefined) => amount(recorded ? minor : null, campaign);
  const list = (step?: Exclude<Step, "all">) => ({
    to: "/leads/campaigns/$campaignId" as const,
    params: { campaignId: campaign.id },
    search: { part: "leads" as const, ...(step ? { step } : {}) },
  });
  const utm = UTM.filter((name) => campaign.utm[name]);
  return (
    <>
      <Tiles label="What came of it">
        <LinkTile
          name="Leads"
          value={String(came?.all ?? 0)}
          note={enrolled?.all ? `and ${leadsInWords(enrolled.all)} put into it` : undefined}
          {...list()}
        />
        <LinkTile name="Quoted" value={String(came?.quoted ?? 0)} {...list("quoted")} />
        <LinkTile name="Won" value={String(came?.won ?? 0)} {...list("won")} />
        <Tile
          name="Cost so far"
          value={told(cost?.net_minor)}
          note={`${recorded ? "" : "none recorded, "}${share === null ? "no budget" : `${share} % of ${amount(campaign.budget_minor, campaign)}`}`}
          tone={share !== null && share > 100 ? "warn" : undefined}
        />
        <Tile name="A lead cost" value={told(cost?.per_lead_minor)} />
        <Tile name="A sale cost" value={told(cost?.per_bind_minor)} />
      </Tiles>
      <Card
        title="Plan"
        actions={
          <LinkButton
            to="/leads"
            search={{ campaign: [campaign.id], idle: 7 }}
            variant="default"
            leftSection={<IconClockPause size={16} aria-hidden="true" />}
          >
            Not contacted for 7 days
          </LinkButton>
        }
      >
        <Facts>
          <Fact name="Kind">{KINDS[campaign.kind]}</Fact>
          <Fact name="Source">{campaign.source}</Fact>
          <Fact name="Dates">{datesInWords(campaign)}</Fact>
          <Fact name="Budget">
            {campaign.budget_minor === null ? null : amount(campaign.budget_minor, campaign)}
          </Fact>
          <Fact name="Goal">{campaign.goal}</Fact>
          <Fact name="Its links">{utm.map((name) => `utm_${name}=${campaign.utm[name]}`).join(" & ")}</Fact>
          <Fact name="Launched">{campaign.launched_at && <When at={campaign.launched_at} />}</Fact>
          {campaign.closed_at && (
            <Fact name="Closed">
              <When at={campaign.closed_at} />
            </Fact>
          )}
          {campaign.closed_note && <Fact name="How it went">{campaign.closed_note}</Fact>}
        </Facts>
      </Card>
      <Sources campaign={campaign} />
    </>
  );
}

function Sources({ campaign }: { campaign: Campaign }) {
  const { data, error, refetch } = useQuery(booksOf(campaign.id));
  const mayKeep = useMayKeepSources();
  const ask = () => void refetch();
  const closed = campaign.status === "closed";
  const still = data?.sources.filter(({ active }) => closed && active) ?? [];
  return (
    <Card
      title="Sources"
      actions={
        mayKeep && (
          <LinkButton to="/leads/sources" variant="default">
            All sources
          </LinkButton>
        )
      }
    >
      {error && data && <Stale error={error} retry={ask} />}
      {error && !data && <Failed error={error} retry={ask} what="list" />}
      {!data && !error && <Lines count={2} label="Loading sources" />}
      {still.length > 0 && (
        <p className={styles.note} role="note">
          The campaign is closed, and{" "}
          {still.length === 1 ? "a source still brings" : `${still.length} sources still bring`} leads to it.
          They are counted with it until you point {still.length === 1 ? "it" : "them"} elsewhere.
        </p>
      )}
      {data?.sources.length === 0 && <p className={settings.words}>No source points to it.</p>}
      {data && data.sources.length > 0 && (
        <ul className={settings.entries} aria-label="Sources that bring leads to it">
          {data.sources.map(({ id, name, kind, active }) => (
            <li key={id} className={settings.entry} data-out={!active || undefined}>
              <div className={settings.who}>
                <p>
                  {mayKeep ? (
                    <Link to="/leads/sources/$sourceId" params={{ sourceId: id }} search={{ part: "set-up" }}>
                      <strong>{name}</strong>
                    </Link>
                  ) : (
                    <strong>{name}</strong>
                  )}
                  <Chip>{SOURCE_KINDS[kind].word}</Chip>
                  {!active && <Chip>Switched off</Chip>}
                  {closed && active && <Chip tone="warn">Still brings leads</Chip>}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
