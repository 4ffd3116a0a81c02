import { IconLock } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Page } from "../../ui/Page";
import { Empty } from "../../ui/states";
import { Views } from "../../ui/Views";
import { BackToLeads } from "../BackToLeads";
import { useMayKeepSources } from "../sources/access";
import source from "../sources/Sources.module.css";
import { Fairness } from "./Fairness";
import { Rules } from "./Rules";
import { Versions } from "./Versions";
import { type AssignmentView, VIEWS } from "./views";
import { Waiting } from "./Waiting";

const route = getRouteApi("/leads/assignment");

/** Who gets leads that have no owner: rules, what waits, who got how many. For owners, admins and managers. */
export function AssignmentPage() {
  const { part = "rules" } = route.useSearch();
  // The same people keep both: see the table of roles.
  const mayKeep = useMayKeepSources();
  const above = <BackToLeads />;
  if (!mayKeep) {
    return (
      <Page title="Assignment" above={above}>
        <Empty icon={<IconLock />} title="You may not set up how leads are assigned">
          Owners, admins and managers do; ask one of them.
        </Empty>
      </Page>
    );
  }
  return (
    <Page title="Assignment" above={above}>
      <Views label="Parts of assignment" shown={part} className={source.views}>
        {(Object.entries(VIEWS) as [AssignmentView, string][]).map(([name, title]) => (
          <Link
            key={name}
            to="/leads/assignment"
            search={name === "rules" ? {} : { part: name }}
            activeOptions={{ exact: true, includeSearch: true }}
          >
            {title}
          </Link>
        ))}
      </Views>
      {part === "rules" && <Rules />}
      {part === "waiting" && <Waiting />}
      {part === "fairness" && <Fairness />}
      {part === "versions" && <Versions />}
    </Page>
  );
}
