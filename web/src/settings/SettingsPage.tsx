import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useCommands } from "../commands/registry";
import { Page } from "../ui/Page";
import { Views } from "../ui/Views";
import { AgencySettings } from "./agency/AgencySettings";
import { Fields } from "./fields/Fields";
import { ApiKeys } from "./keys/ApiKeys";
import { Leaving } from "./leaving/Leaving";
import { People } from "./people/People";
import { RolesTable } from "./RolesTable";
import styles from "./Settings.module.css";
import { SingleSignOn } from "./single_sign_on/SingleSignOn";
import { Teams } from "./teams/Teams";
import { VIEW_NAMES, VIEWS } from "./views";
import { Webhooks } from "./webhooks/Webhooks";

const route = getRouteApi("/settings/$view");

/** Who works here, in which teams, who may what, and what the agency settles for itself. Everybody may look; owners and admins change. */
export function SettingsPage() {
  const { view } = route.useParams();
  const navigate = route.useNavigate();
  useCommands(
    useMemo(
      () =>
        VIEW_NAMES.map((name, place) => ({
          id: `settings ${name}`,
          title: VIEWS[name],
          group: "Settings",
          keys: String(place + 1),
          run: () => void navigate({ to: "/settings/$view", params: { view: name } }),
        })),
      [navigate],
    ),
  );
  return (
    <Page title="Settings">
      <Views label="Parts of the settings" shown={view} className={styles.views}>
        {VIEW_NAMES.map((name) => (
          <Link key={name} to="/settings/$view" params={{ view: name }}>
            {VIEWS[name]}
          </Link>
        ))}
      </Views>
      {view === "people" && <People />}
      {view === "teams" && <Teams />}
      {view === "roles" && <RolesTable />}
      {view === "keys" && <ApiKeys />}
      {view === "single-sign-on" && <SingleSignOn />}
      {view === "agency" && (
        <>
          <AgencySettings />
          <Leaving />
        </>
      )}
      {view === "fields" && <Fields />}
      {view === "webhooks" && <Webhooks />}
    </Page>
  );
}
