import { IconLock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCampaign } from "../../directory/queries";
import { BackTo } from "../../ui/BackTo";
import { Chip } from "../../ui/Chip";
import { Page } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { Views } from "../../ui/Views";
import { useMayKeepSources } from "./access";
import { FormOnPage } from "./FormOnPage";
import { Mapping } from "./Mapping";
import { Posts } from "./Posts";
import { sourceOf } from "./queries";
import { SetUp } from "./SetUp";
import styles from "./Sources.module.css";
import { type SourceView, viewsOf } from "./views";
import { KINDS } from "./words";

const route = getRouteApi("/leads/sources/$sourceId");

/** One source: what came, how it is read, how it is set up. */
export function SourcePage() {
  const { sourceId } = route.useParams();
  const { part } = route.useSearch();
  const mayKeep = useMayKeepSources();
  const { data: source, error, refetch } = useQuery({ ...sourceOf(sourceId), enabled: mayKeep });
  const campaign = useCampaign(source?.campaign_id ?? null);
  const above = <BackTo to="/leads/sources">Lead sources</BackTo>;
  if (!source) {
    return (
      <Page title="Lead source" above={above}>
        {!mayKeep ? (
          <Empty icon={<IconLock />} title="You may not set up where leads come from">
            Owners, admins and managers do; ask one of them.
          </Empty>
        ) : error ? (
          <Failed error={error} retry={() => void refetch()} what="source" />
        ) : (
          <Lines count={6} label="Loading the source" />
        )}
      </Page>
    );
  }
  const views = viewsOf(source);
  const shown: SourceView = part !== undefined && part in views ? part : "posts";
  return (
    <Page
      title={source.name}
      above={above}
      actions={
        <>
          <Chip>{KINDS[source.kind].word}</Chip>
          {!source.active && <Chip tone="warn">Switched off</Chip>}
        </>
      }
    >
      <Views label="Parts of the source" shown={shown} className={styles.views}>
        {(Object.entries(views) as [SourceView, string][]).map(([name, title]) => (
          <Link
            key={name}
            to="/leads/sources/$sourceId"
            params={{ sourceId }}
            search={name === "posts" ? {} : { part: name }}
            activeOptions={{ exact: true, includeSearch: true }}
          >
            {title}
          </Link>
        ))}
      </Views>
      {error && <Stale error={error} retry={() => void refetch()} />}
      {campaign?.status === "closed" && (
        <p className={styles.closed} role="note">
          <Link to="/leads/campaigns/$campaignId" params={{ campaignId: campaign.id }}>
            {campaign.name}
          </Link>{" "}
          is closed, and this source still brings leads to it. They are counted with it until you choose
          another campaign in the set-up.
        </p>
      )}
      {shown === "posts" && <Posts source={source} />}
      {shown === "mapping" && <Mapping key={source.version} source={source} />}
      {shown === "form" && <FormOnPage key={source.version} source={source} />}
      {shown === "set-up" && <SetUp key={source.version} source={source} />}
    </Page>
  );
}
