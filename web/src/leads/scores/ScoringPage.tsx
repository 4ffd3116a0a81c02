import { IconLock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMayAdminister } from "../../session/session";
import { Page } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { BackToLeads } from "../BackToLeads";
import { Rules } from "./Rules";
import { scoringRules } from "./queries";

/** What counts for a lead's score, and how much. Owners and admins write it. */
export function ScoringPage() {
  const mayKeep = useMayAdminister();
  const { data: rules, error, refetch } = useQuery(scoringRules);
  const ask = () => void refetch();
  return (
    <Page title="Scoring" above={<BackToLeads />}>
      {!mayKeep && (
        <Empty icon={<IconLock />} title="You may not change how leads are scored">
          Owners and admins do; ask one of them. Why a lead has its score stands on its page.
        </Empty>
      )}
      {mayKeep && error && rules && <Stale error={error} retry={ask} />}
      {mayKeep && error && !rules && <Failed error={error} retry={ask} what="rules of scoring" />}
      {mayKeep && !rules && !error && <Lines count={8} label="Loading the rules" />}
      {mayKeep && rules && <Rules key={rules.number} rules={rules} />}
    </Page>
  );
}
