import { Button } from "@mantine/core";
import { IconApi, IconBuildingStore, IconForms, IconLock, IconMail, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { LeadSource, LeadSourceWithAddress } from "../../api/schema";
import { useCampaign } from "../../directory/queries";
import settings from "../../settings/Settings.module.css";
import { Chip } from "../../ui/Chip";
import { Card, Page } from "../../ui/Page";
import { Sign } from "../../ui/Sign";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { When } from "../../ui/When";
import { BackToLeads } from "../BackToLeads";
import { useMayKeepSources } from "./access";
import { MakeSource } from "./MakeSource";
import { sources } from "./queries";
import { ShowAddress } from "./ShowAddress";
import { amountInWords, KINDS } from "./words";

export const ICONS = { vendor: IconBuildingStore, api: IconApi, form: IconForms, mail: IconMail } as const;

/** Where leads come from. Owners, admins and managers set it up; to others it is said so. */
export function SourcesPage() {
  const mayKeep = useMayKeepSources();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<LeadSourceWithAddress | null>(null);
  const above = <BackToLeads />;
  if (!mayKeep) {
    return (
      <Page title="Lead sources" above={above}>
        <Empty icon={<IconLock />} title="You may not set up where leads come from">
          Owners, admins and managers do; ask one of them.
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title="Lead sources"
      above={above}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden="true" />} onClick={() => setMaking(true)}>
          Add a source
        </Button>
      }
    >
      <Kept />
      <MakeSource
        opened={making}
        close={() => setMaking(false)}
        made={(source) => {
          setMaking(false);
          setMade(source);
        }}
      />
      <ShowAddress shown={made} close={() => setMade(null)} />
    </Page>
  );
}

function Kept() {
  const { data: kept, error, refetch } = useQuery(sources);
  const ask = () => void refetch();
  return (
    <Card label="Sources">
      <p className={settings.words}>
        Vendors and systems post leads to an address or mail them, people fill in a form on a page of yours.
        All of it is captured first, and routed after: see <Link to="/leads/assignment">Assignment</Link>.
      </p>
      {error && kept && <Stale error={error} retry={ask} />}
      {error && !kept && <Failed error={error} retry={ask} what="list" />}
      {!kept && !error && <Lines count={4} label="Loading sources" />}
      {kept?.length === 0 && (
        <Empty icon={<IconBuildingStore size={24} />} title="No sources yet">
          Add the vendor that you buy leads from, or a form for your own page.
        </Empty>
      )}
      {kept && kept.length > 0 && (
        <ul className={settings.entries} aria-label="Lead sources">
          {kept.map((source) => (
            <Entry key={source.id} source={source} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Entry({ source }: { source: LeadSource }) {
  const Icon = ICONS[source.kind];
  const closed = useCampaign(source.campaign_id)?.status === "closed";
  return (
    <li className={settings.entry} data-out={!source.active || undefined}>
      <Sign tone={source.active ? "info" : "plain"}>
        <Icon size={18} aria-hidden="true" />
      </Sign>
      <div className={settings.who}>
        <p>
          <Link to="/leads/sources/$sourceId" params={{ sourceId: source.id }}>
            <strong>{source.name}</strong>
          </Link>
          <Chip>{KINDS[source.kind].word}</Chip>
          {!source.active && <Chip>Switched off</Chip>}
          {closed && <Chip tone="warn">Its campaign is closed</Chip>}
          {source.not_read_posts > 0 && <Chip>{source.not_read_posts} not read this week</Chip>}
          {source.held_posts > 0 && <Chip tone="warn">{source.held_posts} to be mended</Chip>}
        </p>
        <small>
          {source.campaign_name ?? "no campaign"} ·{" "}
          {source.cost ? `${amountInWords(source.cost)} a lead` : "no cost"} ·{" "}
          {source.last_posted_at === null ? (
            "nothing came yet"
          ) : (
            <>
              last came <When at={source.last_posted_at} />
            </>
          )}
        </small>
      </div>
    </li>
  );
}
