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
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { DuplicatePair, Lead, LeadMerge, MergePreview } from "../../api/schema";
import type * as Session from "../../session/session";
import { AddLead } from "../AddLead";
import { DuplicatesPage } from "./DuplicatesPage";
import { MergedFrom } from "./MergedFrom";
import { ReviewPage } from "./ReviewPage";

// Forms with many fields take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

vi.mock("../../session/session", async (original) => ({
  ...(await original<typeof Session>()),
  useMe: () => ({ user: { id: "me", role: "owner" }, agency: { time_zone: "UTC" } }),
  useMayWrite: () => true,
  useMayAdminister: () => true,
}));

const lead = (id: string, display_name: string): Lead =>
  ({
    id, person_id: `p-${id}`, display_name, source: "web", captured_at: "2026-11-01T08:00:00Z", merged_into: null,
    owner_id: null, forgotten_at: null, removed_at: null, version: 1, tags: [], fields: {},
  }) as unknown as Lead; // prettier-ignore
const [ann, anne] = [lead("a", "Ann Lee"), lead("b", "Anne Lee")];
const ofPair = (of: Lead) =>
  ({
    id: of.id, display_name: of.display_name, email: "ann@example.com", phone: null, postal_code: null, state: null,
    stage: "new", source: "web", owner_id: null, team_id: null, client_id: null, captured_at: of.captured_at,
  }) as const; // prettier-ignore
const pair: DuplicatePair = {
  leads: [ofPair(ann), ofPair(anne)], score: 0.9, reasons: ["email"], found_at: "2026-11-02T08:00:00Z",
}; // prettier-ignore
const preview: MergePreview = {
  lead: ann, other: anne, tags: ["hot"], do_not_call: true, lead_asked_not_to_be_called: false,
  other_asked_not_to_be_called: true, refused: null,
  fields: [
    { field: "name", lead: "Ann Lee", other: "Anne Lee", differs: true, suggested: "lead" },
    { field: "phone", lead: "+15125550142", other: "+17375550100", differs: true, suggested: "lead" },
    { field: "stage", lead: "new", other: "quoted", differs: true, suggested: "other" },
    { field: "email", lead: "ann@example.com", other: "ann@example.com", differs: false, suggested: "lead" },
  ],
}; // prettier-ignore
const merge: LeadMerge = {
  id: "m", lead_id: "a", merged_lead_id: "b", merged_at: "2026-11-03T08:00:00Z", merged_by: "person:me",
  display_name: "Anne Lee", email: "anne@example.com", phone: null, source: "web", captured_at: "2026-11-01T08:00:00Z",
  owner_id: null,
}; // prettier-ignore

let asked: { what: string; body: unknown }[];
let answers: Record<string, () => Response>;
const list = (items: object[]) => () => Response.json({ items, next_cursor: null });
const problem = (status: number, told: object) => () =>
  Response.json({ type: "about:blank", title: "No", status, detail: "no", ...told }, { status });

beforeEach(() => {
  notifications.clean();
  asked = [];
  answers = {
    "GET /api/v1/leads/duplicates": list([pair]),
    "GET /api/v1/leads/a/merge/b": () => Response.json(preview),
    "GET /api/v1/leads/a/merges": list([]),
    "GET /api/v1/leads/fields": list([]),
    "GET /api/v1/users": list([]),
    "GET /api/v1/campaigns": list([]),
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    asked.push({ what: `${request.method} ${pathname}`, body: text ? JSON.parse(text) : null });
    return answers[`${request.method} ${pathname}`]!();
  });
});
// Fields that grow with what is written in them look when fonts have come, which the test's document never tells.
Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
afterEach(() => vi.unstubAllGlobals());

function show(address: string): UserEvent {
  const root = createRootRoute({ component: Outlet });
  const page = (path: string, component: () => React.ReactNode) =>
    createRoute({ getParentRoute: () => root, path, component });
  const routes = [
    page("/leads/duplicates", DuplicatesPage),
    page("/leads/duplicates/$leadId/$otherId", ReviewPage),
    page("/leads/add", () => <AddLead opened close={() => undefined} />),
    page("/leads/merged", () => <MergedFrom id="a" mayWrite />),
    page("/leads/$leadId", () => <p>The lead’s page</p>),
  ];
  const router = createRouter({
    routeTree: root.addChildren(routes),
    history: createMemoryHistory({ initialEntries: [address] }),
  });
  render(
    <MantineProvider>
      <Notifications />
      <QueryClientProvider client={createQueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return userEvent.setup();
}

const text = (element: Element | null) => element?.textContent ?? "";
const told = (what: string) => asked.find((each) => each.what === what)?.body;

it("lists pairs with why they may be one, and says when everybody is here once", async () => {
  show("/leads/duplicates");
  const entry = await screen.findByRole("listitem");
  expect(text(entry)).toContain("Ann Lee");
  expect(text(entry)).toContain("Very likely");
  expect(text(entry)).toContain("Same email address");
  expect(
    within(entry)
      .getByRole("link", { name: /Look at/ })
      .getAttribute("href"),
  ).toBe("/leads/duplicates/a/b");
});

it("tells an empty list from one that could not be asked for", async () => {
  answers["GET /api/v1/leads/duplicates"] = list([]);
  show("/leads/duplicates");
  await screen.findByText("Everybody is here once");
});

it("says that the list could not be shown", async () => {
  answers["GET /api/v1/leads/duplicates"] = problem(403, {});
  show("/leads/duplicates");
  expect(text(await screen.findByRole("alert"))).toContain("You may not see this list");
});

it("chooses field by field by keys, shows what will be, merges, and takes it back", async () => {
  const user = show("/leads/duplicates/a/b");
  const name = await screen.findByRole("group", { name: "Name" });
  const will = screen.getByRole("region", { name: "What the lead will be" });
  expect(text(will)).toContain("Ann Lee");
  expect(text(will)).toContain("Quoted");
  within(name).getByRole("radio", { name: "Ann Lee" }).focus();
  await user.keyboard("2");
  expect(within(name).getByRole("radio", { name: "Anne Lee" }).matches(":checked")).toBe(true);
  await user.keyboard("{ArrowDown}");
  const phone = screen.getByRole("group", { name: "Phone" });
  expect(phone.contains(document.activeElement)).toBe(true);
  await user.keyboard("{ArrowRight}{ArrowDown}1");
  expect(text(will)).toContain("Anne Lee");
  expect(text(will)).toContain("New");
  // Consent is the strictest, and nothing to choose.
  expect(text(screen.getByText("Do not call.").closest("[role=note]"))).toContain(
    "Anne Lee asked not to be called",
  );
  expect(screen.queryByRole("group", { name: /call/i })).toBeNull();

  answers["POST /api/v1/leads/a/merge"] = () => Response.json(ann);
  answers["GET /api/v1/leads/a/merges"] = list([merge]);
  answers["GET /api/v1/leads/duplicates"] = list([]);
  answers["POST /api/v1/leads/a/merges/m/undo"] = () => Response.json(ann);
  await user.click(screen.getByRole("button", { name: "Merge" }));
  await screen.findByText("Everybody is here once");
  expect(told("POST /api/v1/leads/a/merge")).toEqual({
    other_id: "b",
    chosen: { name: "other", phone: "other", stage: "lead" },
  });
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(asked.map(({ what }) => what)).toContain("POST /api/v1/leads/a/merges/m/undo"));
});

it("keeps two apart, and goes on", async () => {
  answers["POST /api/v1/leads/duplicates/verdicts"] = () => {
    answers["GET /api/v1/leads/duplicates"] = list([]);
    return Response.json({ lead_id: "a", other_id: "b", verdict: "same_household" });
  };
  const user = show("/leads/duplicates/a/b");
  await user.click(await screen.findByRole("button", { name: "Same household" }));
  await screen.findByText("Everybody is here once");
  expect(told("POST /api/v1/leads/duplicates/verdicts")).toEqual({
    lead_id: "a",
    other_id: "b",
    verdict: "same_household",
  });
});

it("says why two cannot be merged, and offers the other way round", async () => {
  const refused = "lead b became client c: keep that one, and merge this one into it";
  answers["GET /api/v1/leads/a/merge/b"] = () => Response.json({ ...preview, refused });
  const user = show("/leads/duplicates/a/b");
  expect(text(await screen.findByRole("alert"))).toContain("keep that one");
  expect(screen.getByRole("button", { name: "Merge" }).matches(":disabled")).toBe(true);
  answers["GET /api/v1/leads/b/merge/a"] = () => Response.json({ ...preview, lead: anne, other: ann });
  await user.click(screen.getByRole("button", { name: "Keep the other one" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Merge" }).matches(":disabled")).toBe(false));
});

it("tells of what was changed since before a merge is taken back", async () => {
  answers["GET /api/v1/leads/a/merges"] = list([merge]);
  answers["GET /api/v1/leads/a/merges/m/undo"] = () =>
    Response.json({
      back: [{ field: "phone", now: "+17375550100", before: "+15125550142" }],
      stays: [{ field: "current_carrier", before: null, merged: "Acme", now: "Other Mutual" }],
      tags_removed: ["roof"],
    });
  answers["POST /api/v1/leads/a/merges/m/undo"] = () => Response.json(ann);
  const user = show("/leads/merged");
  await user.click(await screen.findByRole("button", { name: "Unmerge…" }));
  const dialog = await screen.findByRole("dialog");
  await within(dialog).findByText(/Changed since/);
  expect(text(dialog)).toContain("Current carrier: Other Mutual (before the merge —, by it Acme)");
  expect(text(dialog)).toContain("(512) 555-0142");
  expect(text(dialog)).toContain("Tags taken off: roof");
  await user.click(within(dialog).getByRole("button", { name: "Unmerge" }));
  await screen.findByText("Anne Lee is a lead of their own again");
});

it("says on a lead who may be the same", async () => {
  show("/leads/merged");
  expect(text(await screen.findByText(/This may be the same person as/))).toContain(
    "Anne Lee: same email address",
  );
});

it("shows who is a lead already before anything is kept, and adds them as was said", async () => {
  answers["POST /api/v1/leads"] = problem(409, {
    type: "urn:gardenos:known-lead",
    detail: "Ann Lee is a lead already: open it",
    see: "/api/v1/leads/a",
  });
  const user = show("/leads/add");
  await user.type(await screen.findByLabelText("Email"), "ann@example.com");
  await user.click(screen.getByRole("button", { name: "Add lead" }));
  const alert = await screen.findByRole("alert");
  expect(text(alert)).toContain("Ann Lee is a lead already");
  expect(within(alert).getByRole("link", { name: "Open that lead" }).getAttribute("href")).toBe("/leads/a");
  expect(told("POST /api/v1/leads")).toMatchObject({ if_known: "refuse" });
  answers["POST /api/v1/leads"] = () => Response.json(ann, { status: 201 });
  await user.click(within(alert).getByRole("button", { name: "They asked once more" }));
  await screen.findByText("The lead’s page");
  expect(asked.findLast(({ what }) => what === "POST /api/v1/leads")?.body).toMatchObject({
    if_known: "inquire",
    email: "ann@example.com",
  });
});

it("does not name whoever somebody else has", async () => {
  answers["POST /api/v1/leads"] = problem(409, { type: "urn:gardenos:known-to-others" });
  const user = show("/leads/add");
  await user.type(await screen.findByLabelText("Email"), "ann@example.com");
  await user.click(screen.getByRole("button", { name: "Add lead" }));
  const alert = await screen.findByRole("alert");
  expect(text(alert)).toContain("Somebody at your agency");
  expect(within(alert).queryByRole("link")).toBeNull();
  expect(
    within(alert)
      .getAllByRole("button")
      .map(({ textContent }) => textContent),
  ).toEqual(["Add all the same"]);
});
