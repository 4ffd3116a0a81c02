import { Button } from "@mantine/core";
import { IconUserCheck } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { DuplicatePair } from "../../api/schema";
import { useMayAdminister } from "../../session/session";
import settings from "../../settings/Settings.module.css";
import { Chip } from "../../ui/Chip";
import { phone } from "../../ui/format";
import { LinkButton } from "../../ui/LinkButton";
import { Card, Page } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { When } from "../../ui/When";
import { BackToLeads } from "../BackToLeads";
import { duplicatePairs } from "./queries";
import { likelihood, reasonsInWords } from "./words";

/** Leads that may be one person, the likeliest first. */
export function DuplicatesPage() {
  const pairs = useInfiniteQuery(duplicatePairs);
  const mayAdminister = useMayAdminister();
  const items = pairs.data?.pages.flatMap((page) => page.items);
  const ask = () => void pairs.refetch();
  return (
    <Page title="Duplicates" above={<BackToLeads />}>
      <Card label="Possible duplicates">
        <p className={settings.words}>
          These may be one person who came in twice. Merged, they are one lead with both histories; and two
          again when that was wrong.
        </p>
        {mayAdminister && (
          <p className={settings.words}>
            <Link to="/leads/duplicates/rules">By which rules leads are compared</Link>
          </p>
        )}
        {pairs.error && items && <Stale error={pairs.error} retry={ask} />}
        {pairs.error && !items && <Failed error={pairs.error} retry={ask} what="list" />}
        {!items && !pairs.error && <Lines count={5} label="Loading possible duplicates" />}
        {items?.length === 0 && (
          <Empty icon={<IconUserCheck size={24} />} title="Everybody is here once">
            Whoever comes in and is much like somebody who is here already is shown here.
          </Empty>
        )}
        {items && items.length > 0 && (
          <ul className={settings.entries} aria-label="Pairs">
            {items.map((pair) => (
              <Entry key={pair.leads.map(({ id }) => id).join()} pair={pair} />
            ))}
          </ul>
        )}
        {pairs.hasNextPage && (
          <Button
            variant="default"
            loading={pairs.isFetchingNextPage}
            onClick={() => void pairs.fetchNextPage()}
          >
            Show more
          </Button>
        )}
      </Card>
    </Page>
  );
}

function Entry({ pair }: { pair: DuplicatePair }) {
  const [one, two] = [pair.leads[0]!, pair.leads[1]!];
  const likely = likelihood(pair.score);
  return (
    <li className={settings.entry}>
      <div className={settings.who}>
        <p>
          <Link to="/leads/$leadId" params={{ leadId: one.id }}>
            <strong>{one.display_name}</strong>
          </Link>
          <span>and</span>
          <Link to="/leads/$leadId" params={{ leadId: two.id }}>
            <strong>{two.display_name}</strong>
          </Link>
          <Chip tone={likely === "Very likely" ? "warn" : "plain"}>{likely}</Chip>
        </p>
        <small>
          {reasonsInWords(pair.reasons)} · {one.email ?? (one.phone ? phone(one.phone) : one.source)} · came{" "}
          <When at={one.captured_at} /> and <When at={two.captured_at} />
        </small>
      </div>
      <LinkButton
        to="/leads/duplicates/$leadId/$otherId"
        params={{ leadId: one.id, otherId: two.id }}
        variant="default"
        aria-label={`Look at both: ${one.display_name} and ${two.display_name}`}
      >
        Look at both
      </LinkButton>
    </li>
  );
}
