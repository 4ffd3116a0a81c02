import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Link,
  redirect,
  type ErrorComponentProps,
} from "@tanstack/react-router";
import { Button } from "@mantine/core";
import { IconMap2 } from "@tabler/icons-react";
import { readCampaignListSearch, readCampaignSearch, readComparedSearch } from "../campaigns/search";
import { readClientSearch } from "../clients/filters";
import { readAssignmentSearch } from "../leads/assignment/views";
import { readLeadSearch } from "../leads/filters";
import { readSourceSearch } from "../leads/sources/views";
import { readOperationsSearch } from "../operations/search";
import { readReportSearch } from "../reports/search";
import "../session/arrival";
import { readView } from "../settings/views";
import { readTaskSearch } from "../tasks/search";
import { readRecordSearch } from "../timeline/address";
import { Empty, Failed, Lines } from "../ui/states";
import { Page } from "../ui/Page";
import { Gate } from "./Gate";

const root = createRootRoute({ component: Gate, notFoundComponent: Nowhere });

const text = (value: unknown): string | undefined => (typeof value === "string" && value ? value : undefined);

const routes = [
  createRoute({
    getParentRoute: () => root,
    path: "/",
    component: lazyRouteComponent(() => import("../today/TodayPage"), "TodayPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads",
    validateSearch: readLeadSearch,
    component: lazyRouteComponent(() => import("../leads/LeadListPage"), "LeadListPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/import",
    validateSearch: (search: Record<string, unknown>): { import?: string } => ({
      import: text(search.import),
    }),
    component: lazyRouteComponent(() => import("../imports/ImportPage"), "ImportPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/assignment",
    validateSearch: readAssignmentSearch,
    component: lazyRouteComponent(() => import("../leads/assignment/AssignmentPage"), "AssignmentPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/campaigns",
    validateSearch: readCampaignListSearch,
    component: lazyRouteComponent(() => import("../campaigns/CampaignsPage"), "CampaignsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/campaigns/compare",
    validateSearch: readComparedSearch,
    component: lazyRouteComponent(() => import("../campaigns/ComparePage"), "ComparePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/campaigns/$campaignId",
    validateSearch: readCampaignSearch,
    component: lazyRouteComponent(() => import("../campaigns/CampaignPage"), "CampaignPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/sources",
    component: lazyRouteComponent(() => import("../leads/sources/SourcesPage"), "SourcesPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/sources/$sourceId",
    validateSearch: readSourceSearch,
    component: lazyRouteComponent(() => import("../leads/sources/SourcePage"), "SourcePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/bulk",
    validateSearch: (search: Record<string, unknown>): { bulk?: string } => ({ bulk: text(search.bulk) }),
    component: lazyRouteComponent(() => import("../leads/bulk/BulkPage"), "BulkPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/pipelines",
    component: lazyRouteComponent(() => import("../leads/pipelines/PipelinesPage"), "PipelinesPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/scoring",
    component: lazyRouteComponent(() => import("../leads/scores/ScoringPage"), "ScoringPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/duplicates",
    component: lazyRouteComponent(() => import("../leads/duplicates/DuplicatesPage"), "DuplicatesPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/duplicates/rules",
    component: lazyRouteComponent(
      () => import("../leads/duplicates/DuplicateRulesPage"),
      "DuplicateRulesPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/duplicates/$leadId/$otherId",
    component: lazyRouteComponent(() => import("../leads/duplicates/ReviewPage"), "ReviewPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/leads/$leadId",
    validateSearch: readRecordSearch,
    component: lazyRouteComponent(() => import("../leads/LeadPage"), "LeadPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/tasks",
    validateSearch: readTaskSearch,
    component: lazyRouteComponent(() => import("../tasks/TasksPage"), "TasksPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/clients",
    validateSearch: readClientSearch,
    component: lazyRouteComponent(() => import("../clients/ClientListPage"), "ClientListPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/clients/$clientId",
    validateSearch: readRecordSearch,
    component: lazyRouteComponent(() => import("../clients/ClientPage"), "ClientPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/conversations",
    validateSearch: (search: Record<string, unknown>): { thread?: string; unknown?: boolean } => ({
      thread: text(search.thread),
      unknown: search.unknown === true ? true : undefined,
    }),
    component: lazyRouteComponent(() => import("../conversations/ConversationsPage"), "ConversationsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/search",
    validateSearch: (search: Record<string, unknown>): { q?: string } => ({ q: text(search.q) }),
    component: lazyRouteComponent(() => import("../search/SearchPage"), "SearchPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/reports",
    validateSearch: readReportSearch,
    component: lazyRouteComponent(() => import("../reports/ReportsPage"), "ReportsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/operations",
    validateSearch: readOperationsSearch,
    component: lazyRouteComponent(() => import("../operations/OperationsPage"), "OperationsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/account",
    component: lazyRouteComponent(() => import("../account/AccountPage"), "AccountPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/settings",
    beforeLoad: () => {
      // eslint-disable-next-line typescript/only-throw-error
      throw redirect({ to: "/settings/$view", params: { view: "people" }, replace: true });
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/settings/$view",
    params: { parse: ({ view }) => ({ view: readView(view) }) },
    component: lazyRouteComponent(() => import("../settings/SettingsPage"), "SettingsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/join",
    component: lazyRouteComponent(() => import("../settings/people/JoinPage"), "JoinPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/single-sign-on",
    component: lazyRouteComponent(() => import("../session/SingleSignOnPage"), "SingleSignOnPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/operator",
    component: lazyRouteComponent(() => import("../operator/OperatorPage"), "OperatorPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/reset-password",
    component: lazyRouteComponent(() => import("../session/ResetPasswordPage"), "ResetPasswordPage"),
  }),
];

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: "intent",
  scrollRestoration: true,
  scrollToTopSelectors: ["#content"],
  defaultPendingComponent: Pending,
  defaultPendingMs: 200,
  defaultErrorComponent: Broken,
});

function Pending() {
  return (
    <Page title="GardenOS" heading={<h1 className="visually-hidden">Loading</h1>}>
      <Lines count={6} />
    </Page>
  );
}

function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="Something is wrong" heading={<h1 className="visually-hidden">Something is wrong</h1>}>
      <Failed error={error} retry={reset} what="page" />
    </Page>
  );
}

function Nowhere() {
  return (
    <Page title="Not found" heading={<h1 className="visually-hidden">Not found</h1>}>
      <Empty
        icon={<IconMap2 />}
        title="There is no page at this address"
        action={
          <Button component={Link} to="/" variant="default">
            Go to today
          </Button>
        }
      >
        The address may be mistyped, or the page has moved.
      </Empty>
    </Page>
  );
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
