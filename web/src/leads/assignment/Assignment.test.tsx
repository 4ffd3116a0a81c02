import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type * as Session from "../../session/session";
import { AssignmentPage } from "./AssignmentPage";
import { readAssignmentSearch } from "./views";

vi.setConfig({ testTimeout: 60_000 });

const me = vi.hoisted(() => ({ role: "owner" }));
vi.mock("../../session/session", async (original) => ({
  ...(await original<typeof Session>()),
  useMe: () => ({ user: { role: me.role }, agency: { time_zone: "UTC" } }),
}));

const rule = (rule_id: string, name: string) => ({
  rule_id, name, active: true, when: {}, team_id: "t", seats: [], by: "turns", most_a_day: null, most_open: null, licensed: false,
  speaks: false, at_work: true, otherwise: "wait", answer_minutes: null, unanswered: "tell", when_away: "reroute",
}); // prettier-ignore
const outcome = (assigned: number) => ({
  assigned, unassigned: 10 - assigned, answered: 4, missed: 10 - assigned, wait_p50: 1, wait_p90: 9, response_p50: 3, response_p90: 90,
  unanswered: 0, went_on: 0,
}); // prettier-ignore

const replayed = (said: Record<string, unknown> = {}) => ({
  id: "before", asked_at: "2026-11-29T08:00:00Z", asked_by: "u", days: 90, minutes: 5, status: "done", leads: 10, leads_done: 10,
  finished_at: "2026-11-29T08:01:00Z", of_draft: true, rules: [],
  result: {
    leads: 10, happened: outcome(4), draft: outcome(9), rules: [], waiting: { nobody: 1 }, why: {}, most_waiting: 2,
    agents: [{ user_id: "u", happened: 4, draft: 9, most_open_happened: 3, most_open_draft: 7 }],
    unscored: 3, known_since: [{ user_id: "u", joined_at: "2026-10-01T08:00:00Z", profile_at: null }],
  },
  ...said,
}); // prettier-ignore

let replays: ReturnType<typeof replayed>[];
let now: Record<string, unknown>;
let asked: { method: string; path: string; body: { rules: { name: string }[] }; match: string | null }[];

beforeEach(() => {
  me.role = "owner";
  asked = [];
  replays = [];
  now = {
    version: 3,
    number: 1,
    draft: [rule("a", "Texas"), rule("b", "Rest")],
    active: [rule("b", "Rest")],
    changed_at: null,
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    const body = text ? JSON.parse(text) : null;
    asked.push({ method: request.method, path: pathname, body, match: request.headers.get("if-match") });
    if (pathname.endsWith("/draft")) return Response.json((now = { ...now, version: 4, draft: body.rules }));
    if (pathname.endsWith("/in-force"))
      return Response.json((now = { ...now, version: 5, number: 2, active: now.draft }));
    if (pathname.endsWith("/what-ifs") && request.method === "GET")
      return Response.json({
        items: replays.map((each) => ({ ...each, rules: undefined, result: undefined })),
      });
    if (pathname.endsWith("/what-ifs")) {
      replays = [
        replayed({ id: "now", status: "running", leads: 10, leads_done: 4, result: null }),
        ...replays,
      ];
      return Response.json(replays[0], { status: 202 });
    }
    if (pathname.includes("/what-ifs/")) {
      const found = replays.find(({ id }) => pathname.endsWith(`/${id}`))!;
      return Response.json(found);
    }
    if (pathname.endsWith("/backlog"))
      return Response.json({
        items: [{ lead_id: "l", display_name: "Maria Delgado", since: "2026-11-28T08:00:00Z", source: "web form", team_id: null,
          waits: "nobody", rule: "Texas", why: { away: 2 } }],
        more: false,
      }); // prettier-ignore
    if (pathname === "/api/v1/users")
      return Response.json({ items: [{ id: "u", name: "Ann Lee" }], next_cursor: null });
    if (pathname === "/api/v1/teams")
      return Response.json({ items: [{ id: "t", name: "North" }], next_cursor: null });
    if (pathname === "/api/v1/campaigns") return Response.json({ items: [], next_cursor: null });
    return Response.json(now);
  });
});

function shown(part = "") {
  const root = createRootRoute();
  const page = createRoute({
    getParentRoute: () => root,
    path: "/leads/assignment",
    validateSearch: readAssignmentSearch,
    component: AssignmentPage,
  });
  const lead = createRoute({ getParentRoute: () => root, path: "/leads/$leadId" });
  const leads = createRoute({ getParentRoute: () => root, path: "/leads" });
  const router = createRouter({
    routeTree: root.addChildren([page, lead, leads]),
    history: createMemoryHistory({ initialEntries: [`/leads/assignment${part}`] }),
  });
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={createQueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return userEvent.setup();
}

it("shows the rules in order and moves one by the keyboard", async () => {
  const user = shown();
  const list = await screen.findByRole("list", { name: /in the order/ });
  expect(
    within(list)
      .getAllByRole("listitem")
      .map((item) => item.textContent),
  ).toEqual([expect.stringContaining("1. Texas"), expect.stringContaining("2. Rest")]);
  await waitFor(() =>
    expect(list.textContent).toContain("Every lead: in turns to the agents of North, to whoever is at work."),
  );
  screen.getByRole("button", { name: "Move Texas down" }).focus();
  await user.keyboard("{Enter}");
  await screen.findByText("Texas is now number 2 of 2");
  const written = asked.find(({ method }) => method === "PUT")!;
  expect(written.body.rules.map(({ name }) => name)).toEqual(["Rest", "Texas"]);
  expect(written.match).toBe('"3"');
});

it("tries the draft before it is switched on", async () => {
  const user = shown();
  await user.click(await screen.findByRole("button", { name: "Try these rules" }));
  expect(await screen.findByRole("progressbar", { name: "Trying these rules" })).toHaveProperty("value", 4);
  expect(screen.getByText(/4 of 10 leads\./).textContent).toContain("You may leave this page");
  replays = [replayed({ id: "now" })];
  const table = await screen.findByRole("table", { name: /What happened/ }, { timeout: 20_000 });
  expect(within(table).getByRole("row", { name: /Leads with an owner/ }).textContent).toContain("49");
  expect(within(table).getByRole("row", { name: /Not answered within 5 min/ }).textContent).toContain(
    "6 (60 %)1 (10 %)",
  );
  expect(screen.getByRole("table", { name: "Leads of each person" }).textContent).toContain("Ann Lee4937");
  expect(screen.getByRole("list", { name: "What was not known all the time" }).textContent).toContain(
    "Ann Lee joined on",
  );
  expect(screen.getByText(/3 of the leads had no score at any time/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Switch on" }));
  await screen.findByText("In force, as version 2");
});

it("shows again what was tried before, and says of other rules that they are not the draft's", async () => {
  replays = [replayed(), replayed({ id: "older", of_draft: false, result: null, status: "failed" })];
  const user = shown();
  await screen.findByRole("table", { name: /What happened/ }, { timeout: 20_000 });
  expect(screen.queryByText(/Other rules than/)).toBeNull();
  await user.selectOptions(screen.getByLabelText("Tried before"), "older");
  expect(await screen.findByText("Other rules than the draft’s")).toBeTruthy();
  expect(screen.getByText(/It came to an end without a result/)).toBeTruthy();
  expect(screen.queryByRole("table", { name: /What happened/ })).toBeNull();
});

it("writes a rule, and says it in plain words meanwhile", async () => {
  const user = shown();
  await user.click(await screen.findByRole("button", { name: "Add a rule" }));
  const dialog = await screen.findByRole("dialog");
  await user.type(within(dialog).getByLabelText("Name"), "Oklahoma");
  await user.type(within(dialog).getByLabelText("States"), "ok, tx");
  await user.selectOptions(within(dialog).getByLabelText(/^Name somebody/), "Ann Lee");
  await user.click(within(dialog).getByLabelText(/licensed/));
  await user.type(within(dialog).getByLabelText("Score at least"), "70");
  expect(dialog.textContent).toContain("A lead that has no score yet is not among these.");
  expect(dialog.textContent).toContain(
    "Leads in OK or TX, with a score of at least 70: in turns to Ann Lee, to whoever is licensed for it and is at work.",
  );
  await user.click(within(dialog).getByRole("button", { name: "Keep in the draft" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "PUT")).toBe(true));
  const written = asked.find(({ method }) => method === "PUT")!.body.rules[2];
  expect(written).toMatchObject({
    name: "Oklahoma",
    when: { states: ["OK", "TX"], least_score: 70, most_score: null, hours: [] },
    seats: [{ user_id: "u", weight: 1, most_a_day: null }],
    licensed: true,
  });
});

it("says of what waits why nobody has it", async () => {
  shown("?part=waiting");
  expect(await screen.findByRole("link", { name: "Maria Delgado" })).toBeTruthy();
  expect(screen.getByRole("listitem").textContent).toContain("Nobody can take it now by “Texas”: 2 away");
});

it("is for those who may", async () => {
  me.role = "agent";
  shown();
  expect(await screen.findByText("You may not set up how leads are assigned")).toBeTruthy();
  expect(asked).toEqual([]);
});
