import { IconLock } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useCommands } from "../commands/registry";
import { useMe } from "../session/session";
import { LinkButton } from "../ui/LinkButton";
import { Page } from "../ui/Page";
import { Empty } from "../ui/states";
import { Views } from "../ui/Views";
import { useMayLook } from "./access";
import { Audit } from "./Audit";
import { DeadLetters } from "./DeadLetters";
import { Jobs } from "./Jobs";
import styles from "./Operations.module.css";
import { Overview } from "./Overview";
import { ReadModels } from "./ReadModels";
import { type View, VIEWS } from "./search";

const route = getRouteApi("/operations");
const VIEW_NAMES = Object.keys(VIEWS) as View[];

/** The platform's inner life, for those who look after it. */
export function OperationsPage() {
  return useMayLook() ? <Operations /> : <NotYours />;
}

function Operations() {
  const { view = "overview" } = route.useSearch();
  const navigate = route.useNavigate();
  useCommands(
    useMemo(
      () =>
        VIEW_NAMES.map((name, place) => ({
          id: `operations ${name}`,
          title: VIEWS[name],
          group: "Operations",
          keys: String(place + 1),
          keywords: KEYWORDS[name],
          run: () => void navigate({ search: searchOf(name) }),
        })),
      [navigate],
    ),
  );
  return (
    <Page title="Operations" width="full">
      <Views label="Views of the operations" shown={view} className={styles.views}>
        {VIEW_NAMES.map((name) => (
          <Link
            key={name}
            to="/operations"
            search={searchOf(name)}
            aria-current={name === view ? "page" : undefined}
          >
            {VIEWS[name]}
          </Link>
        ))}
      </Views>
      {view === "overview" && <Overview />}
      {view === "dead-letters" && <DeadLetters />}
      {view === "jobs" && <Jobs />}
      {view === "read-models" && <ReadModels />}
      {view === "audit" && <Audit />}
    </Page>
  );
}

const KEYWORDS: Record<View, string> = {
  overview: "health lag consumers outbox",
  "dead-letters": "parked poison redrive discard failed events",
  jobs: "queue retry cancel",
  "read-models": "rebuild projections tables",
  audit: "who looked changed signed in trail",
};

const searchOf = (view: View) => ({ view });

function NotYours() {
  const { agency } = useMe();
  return (
    <Page title="Operations">
      <Empty
        icon={<IconLock />}
        title="This page is not yours to look after"
        action={
          <LinkButton to="/" variant="default">
            Go to today
          </LinkButton>
        }
      >
        It shows the inner life of the platform, to the owners and admins of {agency.name}. Nothing of your
        work is here.
      </Empty>
    </Page>
  );
}
