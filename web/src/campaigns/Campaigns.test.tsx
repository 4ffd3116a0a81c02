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
import { createQueryClient } from "../api/queries";
import type * as Session from "../session/session";
import { CampaignPage } from "./CampaignPage";
import { CampaignsPage } from "./CampaignsPage";
import { ComparePage } from "./ComparePage";
import { readCampaignListSearch, readCampaignSearch, readComparedSearch } from "./search";

vi.setConfig({ testTimeout: 60_000 });

const me = vi.hoisted(() => ({ role: "owner" }));
vi.mock("../session/session", async (original) => ({
  ...(await original<typeof Session>()),
  useMe: () => ({ user: { id: "u", role: me.role }, agency: { time_zone: "UTC" } }),
  useMayWrite: () => true,
}));

const SPRING = "00000000-0000-7000-8000-000000000001";
const AUTUMN = "00000000-0000-7000-8000-000000000002";
const funnel = (all: number, won: number) => ({
  all, contacted: 2, untouched: 1, quoted: 2, won, lost: 1, median_minutes: 30,
}); // prettier-ignore
const campaign = (id: string, name: string, more: object = {}) => ({
  id, version: 4, name, source: "cards", kind: "mail", status: "running", currency: "USD", budget_minor: 100_000, goal: "",
  starts_on: "2026-03-01", ends_on: null, utm: { source: "", medium: "", campaign: "spring", term: "", content: "" },
  launched_at: "2026-03-01T08:00:00Z", closed_at: null, closed_note: "", came: funnel(8, 2), enrolled: funnel(1, 0),
  cost: {
    recorded: true, spent_minor: 30_000, leads_minor: 0, credited_minor: 6_000, net_minor: 24_000, left_out: 0, per_lead_minor: 3_000,
    per_quote_minor: 12_000, per_bind_minor: 12_000,
  },
  ...more,
}); // prettier-ignore
const SOURCE = { id: "s", name: "QuoteHub", kind: "vendor", active: true };

let all: ReturnType<typeof campaign>[];
let books: { costs: object[]; sources: object[] };
let asked: { method: string; url: URL; body: Record<string, unknown> | null; match: string | null }[];

beforeEach(() => {
  // A text box that grows listens to fonts that arrive, and here there are none.
  Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
  me.role = "owner";
  asked = [];
  all = [
    campaign(AUTUMN, "Autumn ads", { status: "closed", kind: "digital_ads" }),
    campaign(SPRING, "Spring cards"),
  ];
  books = {
    costs: [{ id: "c", kind: "spent", amount_minor: 30_000, spent_on: "2026-03-02", note: "Printing", recorded_at: "", recorded_by: "" }],
    sources: [SOURCE],
  }; // prettier-ignore
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    const body = text ? (JSON.parse(text) as Record<string, unknown>) : null;
    asked.push({ method: request.method, url, body, match: request.headers.get("if-match") });
    const [, id, part] = /\/campaigns\/([^/]+)\/?(\w*)/.exec(url.pathname) ?? [];
    const there = all.find((each) => each.id === id);
    if (part === "status") {
      Object.assign(there!, { status: body!.status, closed_note: body!.note, version: 5 });
      return Response.json(there);
    }
    if (part === "books" || part === "costs") return Response.json(books);
    if (part === "leads") {
      const lead = {
        id: "l", display_name: "Maria Delgado", stage: "quoted", source: "cards", owner_id: null,
        captured_at: "2026-03-04T08:00:00Z", last_contacted_at: null,
      }; // prettier-ignore
      return Response.json({
        items: url.searchParams.get("q") === "nobody" ? [] : [lead],
        next_cursor: null,
      });
    }
    if (part === "members") return Response.json({ campaign_id: id, lead_id: "l", enrolled: true });
    if (part === "results") {
      const cost = { ...all[0]!.cost, leads_minor: 0 };
      return Response.json({
        campaign_id: id, time_zone: "UTC", sources: [{ source: "cards", ...funnel(8, 2), cost }],
        pipelines: [{
          pipeline: "auto", name: "Cars",
          stages: [{ key: "new", name: "Fresh", stage: "new", here: 3, reached: 8 }],
        }],
        weeks: [{ from: "2026-03-02", ...funnel(8, 2) }],
      }); // prettier-ignore
    }
    if (id === "comparison") {
      const ids = url.searchParams.getAll("campaign_id");
      return Response.json({
        items: ids.map((each) => all.find((one) => one.id === each)),
        next_cursor: null,
      });
    }
    if (request.method === "POST" && url.pathname === "/api/v1/campaigns") {
      const made = campaign("00000000-0000-7000-8000-000000000003", String(body!.name));
      all.push(made);
      return Response.json(made, { status: 201 });
    }
    if (there) return Response.json(there);
    if (url.pathname === "/api/v1/campaigns") return Response.json({ items: all, next_cursor: null });
    return Response.json({ items: [], next_cursor: null });
  });
});

function shown(at: string) {
  const root = createRootRoute();
  const list = createRoute({
    getParentRoute: () => root,
    path: "/leads/campaigns",
    validateSearch: readCampaignListSearch,
    component: CampaignsPage,
  });
  const compared = createRoute({
    getParentRoute: () => root,
    path: "/leads/campaigns/compare",
    validateSearch: readComparedSearch,
    component: ComparePage,
  });
  const one = createRoute({
    getParentRoute: () => root,
    path: "/leads/campaigns/$campaignId",
    validateSearch: readCampaignSearch,
    component: CampaignPage,
  });
  const others = ["/leads", "/leads/$leadId", "/leads/sources", "/leads/sources/$sourceId"].map((path) =>
    createRoute({ getParentRoute: () => root, path }),
  );
  const router = createRouter({
    routeTree: root.addChildren([list, compared, one, ...others]),
    history: createMemoryHistory({ initialEntries: [at] }),
  });
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={createQueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { user: userEvent.setup(), router };
}

const written = (method: string, end: string) =>
  asked.find((each) => each.method === method && each.url.pathname.endsWith(end));

it("lists what each campaign cost and brought, and those of one state", async () => {
  const { user } = shown("/leads/campaigns");
  const row = await screen.findByRole("row", { name: /Spring cards/ });
  expect(row.textContent).toContain("from Mar 1, 2026$240.00 24 %$1,000.0082$30.00$120.00");
  expect(screen.getByRole("button", { name: "Compare" })).toHaveProperty("disabled", true);
  await user.click(screen.getByRole("link", { name: "Closed · 1" }));
  await waitFor(() => expect(screen.queryByRole("row", { name: /Spring cards/ })).toBeNull());
  expect(screen.getByRole("row", { name: /Autumn ads/ })).toBeTruthy();
});

it("compares the chosen ones, drawn and as a table", async () => {
  const { user, router } = shown("/leads/campaigns");
  await user.click(await screen.findByRole("checkbox", { name: "Compare Autumn ads" }));
  await user.click(screen.getByRole("checkbox", { name: "Compare Spring cards" }));
  await user.click(screen.getByRole("button", { name: "Compare 2" }));
  const table = await screen.findByRole("table", { name: "Campaigns side by side" });
  expect(router.state.location.search).toEqual({ id: [AUTUMN, SPRING] });
  expect(within(table).getByRole("row", { name: /Won of all leads/ }).textContent).toContain("25 %25 %");
  await user.click(screen.getByRole("checkbox", { name: "Autumn ads" }));
  expect(await screen.findByText("Choose at least two")).toBeTruthy();
});

it("tells where its leads stand and what they reached, and lists those behind a number", async () => {
  const { user, router } = shown(`/leads/campaigns/${SPRING}?part=results`);
  const table = await screen.findByRole("table", { name: "Leads by stage: Auto" });
  expect(within(table).getByRole("row", { name: /Fresh/ }).textContent).toBe("Fresh38");
  await user.click(within(table).getByRole("link", { name: "8 who reached Fresh: list them" }));
  expect(router.state.location.search).toEqual({ part: "leads", line: "auto", stage: "new", reached: true });
  expect(await screen.findByText(/Those who ever reached/)).toBeTruthy();
  await waitFor(() =>
    expect(
      asked.some(({ url }) => url.pathname.endsWith("/leads") && url.searchParams.get("stage_key") === "new"),
    ).toBe(true),
  );
  await user.click(screen.getByRole("button", { name: "Show all stages" }));
  await waitFor(() => expect(router.state.location.search).toEqual({ part: "leads" }));
});

it("plans a campaign whole, and does not send what cannot be", async () => {
  const { user } = shown("/leads/campaigns?planning=true");
  const dialog = await screen.findByRole("dialog", { name: "Plan a campaign" });
  const field = (label: string | RegExp) => within(dialog).getByLabelText(label);
  await user.type(field("Name"), "Summer fair");
  await user.type(field("Source of its leads"), "fair");
  await user.selectOptions(field("Kind"), "Event");
  await user.type(field("Budget"), "much");
  await user.click(within(dialog).getByRole("button", { name: "Launch it" }));
  expect(within(dialog).getByText("Write it as 1500 or 12.50")).toBeTruthy();
  expect(asked.every(({ method }) => method === "GET")).toBe(true);
  await user.clear(field("Budget"));
  await user.type(field("Budget"), "1500");
  await user.type(field(/utm_campaign/), "fair26");
  await user.click(within(dialog).getByRole("button", { name: "Launch it" }));
  await waitFor(() => expect(written("POST", "/campaigns")).toBeTruthy());
  expect(written("POST", "/campaigns")!.body).toMatchObject({
    name: "Summer fair", source: "fair", kind: "event", budget_minor: 150_000, status: "running", starts_on: null,
    utm: { campaign: "fair26", source: "" },
  }); // prettier-ignore
  expect(await screen.findByRole("heading", { level: 1, name: "Summer fair" })).toBeTruthy();
});

it("says what closing does, closes the version that was read, and marks sources that still bring leads", async () => {
  const { user } = shown(`/leads/campaigns/${SPRING}`);
  expect(await screen.findByText("24 % of $1,000.00")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Close…" }));
  const dialog = await screen.findByRole("dialog", { name: "Close Spring cards?" });
  await waitFor(() =>
    expect(dialog.textContent).toContain(
      "These sources still bring leads to it, until you point them elsewhere: QuoteHub.",
    ),
  );
  expect(dialog.textContent).toContain("Nobody can be put into it any more");
  expect(dialog.textContent).toContain("It is counted on");
  await user.type(within(dialog).getByLabelText(/How it went/), "well");
  await user.click(within(dialog).getByRole("button", { name: "Close the campaign" }));
  expect(await screen.findByText("Still brings leads")).toBeTruthy();
  expect(written("PUT", "/status")).toMatchObject({ body: { status: "closed", note: "well" }, match: '"4"' });
  expect(screen.getByRole("button", { name: "Reopen" })).toBeTruthy();
});

it("records a cost, and corrects one", async () => {
  const { user } = shown(`/leads/campaigns/${SPRING}?part=costs`);
  await user.click(await screen.findByRole("button", { name: "Record a cost" }));
  const dialog = await screen.findByRole("dialog", { name: "Record a cost" });
  await user.click(within(dialog).getByRole("button", { name: "Record it" }));
  expect(within(dialog).getByText("Write it as 1500 or 12.50")).toBeTruthy();
  await user.type(within(dialog).getByLabelText("Amount, in USD"), "12.5");
  await user.click(within(dialog).getByRole("button", { name: "Record it" }));
  await waitFor(() =>
    expect(written("POST", "/costs")!.body).toMatchObject({ kind: "spent", amount: { minor: 1250 } }),
  );
  await user.click(screen.getByRole("button", { name: /^Correct \$300.00 of Mar 2, 2026/ }));
  const correcting = await screen.findByRole("dialog", { name: "Correct a cost" });
  expect(within(correcting).getByLabelText("Amount, in USD")).toHaveProperty("value", "300.00");
  await user.selectOptions(within(correcting).getByLabelText("What"), "Given back");
  await user.click(within(correcting).getByRole("button", { name: "Correct it" }));
  await waitFor(() =>
    expect(written("PUT", "/costs/c")!.body).toMatchObject({ kind: "credited", note: "Printing" }),
  );
});

it("finds who is in it, and takes out who was put into it", async () => {
  const { user } = shown(`/leads/campaigns/${SPRING}?part=leads`);
  expect(await screen.findByRole("link", { name: "Maria Delgado" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: /Take Maria/ })).toBeNull();
  await user.type(screen.getByLabelText("Search"), "nobody");
  expect(await screen.findByText("No lead matches")).toBeTruthy();
  await user.clear(screen.getByLabelText("Search"));
  await user.click(screen.getByText("Put into it"));
  await user.click(await screen.findByRole("button", { name: "Take Maria Delgado out" }));
  await waitFor(() => expect(written("DELETE", "/members/l")).toBeTruthy());
  expect(asked.some(({ url }) => url.searchParams.get("way") === "enrolled")).toBe(true);
});

it("leaves planning to those who may", async () => {
  me.role = "agent";
  shown("/leads/campaigns?planning=true");
  expect(await screen.findByRole("row", { name: /Spring cards/ })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Plan a campaign" })).toBeNull();
  expect(screen.queryByRole("dialog")).toBeNull();
});
