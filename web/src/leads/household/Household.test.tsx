import { MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from "@tanstack/react-router";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { HouseholdMember, Lead, LeadHousehold, SuggestedMember } from "../../api/schema";
import type * as Session from "../../session/session";
import { Household } from "./Household";

// Forms with many fields take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

vi.mock("../../session/session", async (original) => ({
  ...(await original<typeof Session>()),
  useMe: () => ({ user: { id: "me", role: "owner" }, agency: { time_zone: "UTC" } }),
}));

const maria = {
  id: "m", display_name: "Maria Rivera", name: { given: "Maria", family: "Rivera" }, street: "12 Oak St", city: "Austin",
  state: "TX", postal_code: "78701", campaign_id: null, removed_at: null, forgotten_at: null, phone: null, email: null,
} as unknown as Lead; // prettier-ignore
const of = (id: string, name: string) =>
  ({
    id, display_name: name, relationship: null, stage: "new", pipeline: "default", stage_key: "new", owner_id: "ann",
    team_id: null, client_id: null,
  }) as const; // prettier-ignore
const member = (id: string, name: string, more: Partial<HouseholdMember> = {}): HouseholdMember => ({
  ...of(id, name), do_not_call_at: null, x_dates: [], ...more,
}); // prettier-ignore
const xDate = {
  lead_id: "d", line_of_business: "home", x_date: "2027-03-15", carrier: "State Farm", premium: null, by_line: true,
} as const; // prettier-ignore
const lia: SuggestedMember = { ...of("l", "Lia Okafor"), street: null, household: null, reasons: ["phone"] };

let household: LeadHousehold;
let suggested: SuggestedMember[];
let asked: { what: string; body: unknown }[];
let answers: Record<string, () => Response>;
const items = (found: object[]) => () => Response.json({ items: found, next_cursor: null });

beforeEach(() => {
  notifications.clean();
  asked = [];
  suggested = [];
  household = { name: null, members: [] };
  answers = {
    "GET /api/v1/leads/m/household": () => Response.json(household),
    "GET /api/v1/leads/m/household/suggestions": () => items(suggested)(),
    "GET /api/v1/users": items([{ id: "ann", name: "Ann Lee", active: true }]),
    "GET /api/v1/leads/pipelines": items([]),
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const what = `${request.method} ${new URL(request.url).pathname}`;
    const text = request.method === "GET" ? "" : await request.text();
    asked.push({ what, body: text ? JSON.parse(text) : null });
    return (answers[what] ?? (() => Response.json({}, { status: 404 })))();
  });
});
afterEach(() => vi.unstubAllGlobals());

const sent = (what: string) => asked.filter((each) => each.what === what).map(({ body }) => body);

function show(mayWrite = true) {
  const root = createRootRoute({ component: Outlet });
  const page = (path: string, component: () => React.ReactNode) =>
    createRoute({ getParentRoute: () => root, path, component });
  const router = createRouter({
    routeTree: root.addChildren([
      page("/", () => <Household lead={maria} mayWrite={mayWrite} />),
      page("/leads/$leadId", () => <p>The lead’s page</p>),
    ]),
    history: createMemoryHistory({ initialEntries: ["/"] }),
  });
  render(
    <MantineProvider>
      <Notifications />
      <QueryClientProvider client={createQueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

it("shows who lives together, whose they are, when their policies expire, and who asked not to be called", async () => {
  household = {
    name: "Rivera household",
    members: [
      member("m", "Maria Rivera"),
      member("d", "Dan Rivera", {
        relationship: "spouse",
        x_dates: [xDate],
        do_not_call_at: "2026-11-01T08:00:00Z",
      }),
    ],
  };
  show(false);
  const card = await screen.findByRole("region", { name: "Household" });
  await within(card).findByRole("heading", { name: "Rivera household" });
  await within(card).findByText("Ann Lee · Home Mar 15, 2027, State Farm");
  within(card).getByText("Spouse or partner");
  expect(within(card).getByRole("note").textContent).toBe("Dan Rivera asked not to be called.");
  expect(within(card).getByRole("link", { name: "Dan Rivera" }).getAttribute("href")).toBe("/leads/d");
  expect(within(card).queryByRole("link", { name: "Maria Rivera" })).toBeNull();
  expect(within(card).queryByRole("button")).toBeNull();
});

it("asks of whoever may live with them, and keeps either answer", async () => {
  suggested = [lia];
  answers["POST /api/v1/leads/m/household"] = () => {
    household = {
      name: "Okafor–Rivera household",
      members: [member("m", "Maria Rivera"), member("l", "Lia Okafor")],
    };
    suggested = [];
    return Response.json(household);
  };
  show();
  await screen.findByText("Nobody is known who lives with them.");
  const group = await screen.findByRole("group", { name: "May live with them" });
  await within(group).findByText("Same telephone number · Ann Lee");
  await userEvent.click(within(group).getByRole("button", { name: "Same household: Lia Okafor" }));
  await screen.findByRole("heading", { name: "Okafor–Rivera household" });
  await waitFor(() => expect(screen.queryByRole("group")).toBeNull());
  expect(sent("POST /api/v1/leads/m/household")).toEqual([{ other_ids: ["l"], relationship: null }]);
});

it("says for good that somebody is of another household", async () => {
  suggested = [lia];
  answers["POST /api/v1/leads/m/household/apart"] = () => {
    suggested = [];
    return Response.json({ lead_id: "m", other_id: "l" });
  };
  show();
  await userEvent.click(await screen.findByRole("button", { name: "Not the same: Lia Okafor" }));
  await waitFor(() => expect(screen.queryByRole("group")).toBeNull());
  expect(sent("POST /api/v1/leads/m/household/apart")).toEqual([{ other_id: "l" }]);
});

it("changes what somebody is, takes them out, and back in with it", async () => {
  household = {
    name: "Rivera household",
    members: [member("m", "Maria Rivera"), member("d", "Dan Rivera", { relationship: "child" })],
  };
  answers["PUT /api/v1/leads/d/household/relationship"] = () => Response.json(household);
  answers["DELETE /api/v1/leads/d/household"] = () => {
    household = { name: null, members: [] };
    return new Response(null, { status: 204 });
  };
  answers["POST /api/v1/leads/m/household"] = () => Response.json(household);
  show();
  await userEvent.selectOptions(
    await screen.findByLabelText("What Dan Rivera is in the household"),
    "spouse",
  );
  await waitFor(() =>
    expect(sent("PUT /api/v1/leads/d/household/relationship")).toEqual([{ relationship: "spouse" }]),
  );
  await userEvent.click(screen.getByRole("button", { name: "Take Dan Rivera out of the household" }));
  await screen.findByText("Nobody is known who lives with them.");
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() =>
    expect(sent("POST /api/v1/leads/m/household")).toEqual([{ other_ids: ["d"], relationship: "child" }]),
  );
});

it("finds a lead to add, and enters somebody new at the same address", async () => {
  const dan = { ...maria, id: "d", display_name: "Dan Rivera", phone: "+15125550142" };
  answers["GET /api/v1/leads"] = items([maria, dan]);
  answers["POST /api/v1/leads/m/household"] = () => Response.json(household);
  answers["POST /api/v1/leads"] = () =>
    Response.json({ ...dan, id: "n", display_name: "Lia Rivera" }, { status: 201 });
  show();
  await userEvent.click(await screen.findByRole("button", { name: "Add to the household" }));
  await userEvent.type(await screen.findByRole("combobox", { name: "Lead" }), "rivera");
  await screen.findByRole("option", { name: /Dan Rivera/ });
  expect(screen.queryByRole("option", { name: /Maria Rivera/ })).toBeNull();
  await userEvent.selectOptions(screen.getByLabelText("What they are in the household"), "spouse");
  await userEvent.click(screen.getByRole("option", { name: /Dan Rivera/ }));
  await waitFor(() =>
    expect(sent("POST /api/v1/leads/m/household")).toEqual([{ other_ids: ["d"], relationship: "spouse" }]),
  );
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

  await userEvent.click(screen.getByRole("button", { name: "Add to the household" }));
  await userEvent.click(await screen.findByText("Somebody new"));
  await userEvent.type(screen.getByLabelText("Given name"), "Lia");
  screen.getByText(/They live at 12 Oak St, Austin, TX, 78701\./);
  await userEvent.click(screen.getByRole("button", { name: "Add lead" }));
  await waitFor(() => expect(sent("POST /api/v1/leads")).toHaveLength(1));
  expect(sent("POST /api/v1/leads")[0]).toMatchObject({
    name: { given: "Lia", family: "Rivera" }, street: "12 Oak St", postal_code: "78701", lives_with_id: "m",
    if_known: "refuse",
  }); // prettier-ignore
});
