import { IconLock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMayAdminister } from "../../session/session";
import { BackTo } from "../../ui/BackTo";
import { Page } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { RulesForm } from "./RulesForm";
import { duplicateRules } from "./rules";

/** By what somebody is known again. Owners and admins say it. */
export function DuplicateRulesPage() {
  const mayKeep = useMayAdminister();
  const { data: rules, error, refetch } = useQuery(duplicateRules);
  const ask = () => void refetch();
  return (
    <Page title="Duplicate rules" above={<BackTo to="/leads/duplicates">Duplicates</BackTo>}>
      {!mayKeep && (
        <Empty icon={<IconLock />} title="You may not change who is known again">
          Owners and admins do; ask one of them. Who may be one person stands under Duplicates.
        </Empty>
      )}
      {mayKeep && error && rules && <Stale error={error} retry={ask} />}
      {mayKeep && error && !rules && <Failed error={error} retry={ask} what="rules" />}
      {mayKeep && !rules && !error && <Lines count={8} label="Loading the rules" />}
      {mayKeep && rules && <RulesForm key={rules.etag} rules={rules.data} etag={rules.etag} />}
    </Page>
  );
}
