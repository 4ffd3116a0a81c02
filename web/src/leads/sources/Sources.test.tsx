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
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { LeadPost, LeadSource } from "../../api/schema";
import type * as Session from "../../session/session";
import { SourcePage } from "./SourcePage";
import { SourcesPage } from "./SourcesPage";
import { readSourceSearch } from "./views";

// Forms with many fields take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const me = vi.hoisted(() => ({ role: "owner" }));
vi.mock("../../session/session", async (original) => ({
  ...(await original<typeof Session>()),
  useMe: () => ({ user: { role: me.role }, agency: { time_zone: "UTC" } }),
}));

const ANSWERS = {
  format: "json", root: "response", status_field: "status", id_field: "id", price_field: "price", reason_field: "reason",
  accepted: "accepted", rejected: "rejected",
}; // prettier-ignore
const source: LeadSource = {
  id: "s", version: 3, name: "QuoteHub", kind: "vendor", active: true, campaign_id: null, campaign_name: null, owner_id: null,
  team_id: null, cost: { minor: 1500, currency: "USD" }, line_of_business: null, mapping: { name: "who" }, answers: ANSWERS,
  bidding: null, form: null, form_address: null, senders: [], not_read_posts: 0, made_at: "2026-11-28T08:00:00Z", changed_at: "2026-11-28T08:00:00Z",
  held_posts: 2, last_posted_at: "2026-11-28T08:00:00Z",
}; // prettier-ignore
const onPage: LeadSource = {
  ...source, id: "f", name: "Our page", kind: "form", mapping: {}, form_address: "glf_abc", cost: null,
  form: {
    fields: ["name", "email"], required: ["name"], heading: "A quote", button: "Send", thanks: "Thank you.",
    consent_text: "You may call me.", consent_required: true, origins: [],
  },
}; // prettier-ignore
const post: LeadPost = {
  id: "p", received_at: "2026-11-28T08:00:00Z", what: "post", fate: "held", format: "json", bytes: 120, lead_id: null,
  ping_id: null, reference: "QH-1", price: null, remarks: [{ field: "phone", detail: "“12” is no telephone number" }],
  in_scope: true, sender: null, subject: null,
}; // prettier-ignore

let asked: { method: string; path: string; body: unknown; match: string | null }[];
let answers: Record<string, () => Response>;
const list = (items: object[]) => () => Response.json({ items, next_cursor: null });
const problem =
  (status: number, detail: string, errors: object[] = []) =>
  () =>
    Response.json({ type: "about:blank", title: "No", status, detail, errors }, { status });

beforeEach(() => {
  me.role = "owner";
  asked = [];
  answers = {
    "GET /api/v1/lead-sources": list([source]),
    "GET /api/v1/lead-sources/s": () => Response.json(source),
    "GET /api/v1/lead-sources/f": () => Response.json(onPage),
    "GET /api/v1/lead-sources/s/posts": list([post]),
    "GET /api/v1/campaigns": list([]),
    "GET /api/v1/users": list([]),
    "GET /api/v1/teams": list([]),
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    const match = request.headers.get("if-match");
    asked.push({ method: request.method, path: pathname, body: text ? JSON.parse(text) : null, match });
    return answers[`${request.method} ${pathname}`]!();
  });
});
afterEach(() => vi.unstubAllGlobals());

function show(address: string) {
  const root = createRootRoute();
  const routes = [
    createRoute({ getParentRoute: () => root, path: "/leads/sources", component: SourcesPage }),
    createRoute({
      getParentRoute: () => root,
      path: "/leads/sources/$sourceId",
      validateSearch: readSourceSearch,
      component: SourcePage,
    }),
  ];
  const router = createRouter({
    routeTree: root.addChildren(routes),
    history: createMemoryHistory({ initialEntries: [address] }),
  });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <Notifications />
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return userEvent.setup({ delay: null });
}
/** At once, where each key would be one look through the whole form. */
async function enter(user: UserEvent, field: HTMLElement, text: string) {
  await user.click(field);
  await user.paste(text);
}
const done = (method: string) => asked.filter((each) => each.method === method);

it("is said to be others' matter to agents, and nothing is asked", async () => {
  me.role = "agent";
  show("/leads/sources");
  expect(await screen.findByText(/Owners, admins and managers do/)).toBeTruthy();
  expect(asked).toEqual([]);
});

it("lists where leads come from, with what waits to be mended", async () => {
  show("/leads/sources");
  expect(await screen.findByRole("link", { name: "QuoteHub" })).toBeTruthy();
  expect(screen.getByText("2 to be mended")).toBeTruthy();
  expect(screen.getByText(/no campaign · \$15.00 a lead · last came/)).toBeTruthy();
});

it("says that there are none, and why they cannot be shown", async () => {
  answers["GET /api/v1/lead-sources"] = problem(400, "Something is wrong");
  const user = show("/leads/sources");
  expect(await screen.findByText("This list could not be shown")).toBeTruthy();
  answers["GET /api/v1/lead-sources"] = list([]);
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("No sources yet")).toBeTruthy();
});

it("adds a source, and shows its address until it is kept", async () => {
  answers["POST /api/v1/lead-sources"] = () =>
    Response.json({ ...source, address: "gls_once" }, { status: 201 });
  const user = show("/leads/sources");
  await user.click(await screen.findByRole("button", { name: "Add a source" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Add a source" }));
  await enter(user, dialog.getByLabelText("Name"), "QuoteHub");
  await enter(user, dialog.getByLabelText("Cost of a lead, in dollars"), "12.50");
  await user.click(dialog.getByRole("button", { name: "Add the source" }));
  expect(await screen.findByText(/\/api\/v1\/lead-posts\/gls_once$/)).toBeTruthy();
  expect(done("POST")[0]?.body).toEqual({
    name: "QuoteHub", kind: "vendor", campaign_id: null, cost: { minor: 1250, currency: "USD" }, form: null,
  }); // prettier-ignore
  const over = screen.getByRole("button", { name: "Done" });
  expect(over).toHaveProperty("disabled", true);
  await user.click(screen.getByLabelText("I have kept it"));
  await user.click(over);
  await waitFor(() => expect(screen.queryByText(/gls_once/)).toBeNull());
});

it("shows what came with why it is no lead, as it came, and captures it anew", async () => {
  answers["GET /api/v1/lead-sources/s/posts/p"] = () =>
    Response.json({
      ...post, body: '{"who": "Ann"}', content_type: "application/json", headers: { host: "x" }, address: "203.0.113.7",
      user_agent: "QuoteHub/2", understood: null,
    }); // prettier-ignore
  answers["POST /api/v1/lead-sources/s/posts/p/capture"] = problem(409, "it still cannot be a lead");
  const user = show("/leads/sources/s");
  expect(await screen.findByText(/Telephone: “12” is no telephone number/)).toBeTruthy();
  expect(asked.map(({ path }) => path)).not.toContain("/api/v1/lead-sources/s/posts/p");
  await user.click(screen.getByRole("button", { name: "Look at Post QH-1" }));
  expect(await screen.findByText('{"who": "Ann"}')).toBeTruthy();
  expect(screen.getByText("203.0.113.7")).toBeTruthy();
  await user.keyboard("{Escape}");
  await user.click(await screen.findByRole("button", { name: "Capture anew: Post QH-1" }));
  expect(await screen.findByText("It is no lead yet")).toBeTruthy();
  answers["POST /api/v1/lead-sources/s/posts/p/capture"] = () => Response.json({ lead_id: "l" });
  answers["GET /api/v1/lead-sources/s/posts"] = list([
    { ...post, fate: "captured", lead_id: "l", remarks: [] },
  ]);
  await user.click(screen.getByRole("button", { name: "Capture anew: Post QH-1" }));
  expect(await screen.findByRole("link", { name: "The lead of Post QH-1" })).toHaveProperty(
    "pathname",
    "/leads/l",
  );
});

it("does not offer to look at what became a lead of others", async () => {
  answers["GET /api/v1/lead-sources/s/posts"] = list([
    { ...post, fate: "captured", in_scope: false, reference: null, remarks: [] },
  ]);
  show("/leads/sources/s");
  expect(await screen.findByText(/a lead of others/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^Look at/ })).toBeNull();
});

it("tries a mapping on a sample, and saves it with the version in hand", async () => {
  answers["POST /api/v1/lead-sources/preview"] = () =>
    Response.json({
      format: "json",
      leaves: [
        { path: "who", value: "Ann Lee" },
        { path: "n1", value: "512 555 0142" },
      ],
      fields: [{ field: "name", path: "who", mapped: true, value: "Ann Lee" }],
      remarks: [],
      fits: true,
      not_read: null,
    });
  answers["PUT /api/v1/lead-sources/s"] = () => Response.json({ ...source, version: 4 });
  const user = show("/leads/sources/s?part=mapping");
  await enter(user, await screen.findByLabelText("What the sender posts"), '{"who": "Ann Lee"}');
  expect(await screen.findByText("It becomes a lead", {}, { timeout: 10_000 })).toBeTruthy();
  const [phone] = screen.getAllByLabelText("Telephone");
  await enter(user, phone!, "n1");
  await user.click(screen.getByRole("button", { name: "Save the mapping" }));
  await waitFor(() => expect(done("PUT")).toHaveLength(1));
  const { body, match } = done("PUT")[0]!;
  expect(body).toMatchObject({ name: "QuoteHub", mapping: { name: "who", phone: "n1" } });
  expect(match).toBe('"3"');
});

it("sets up a form, with the line for the page and a look at it", async () => {
  // Scripts are not run here; that this one is asked for is what is seen.
  Object.assign((window as unknown as { happyDOM: { settings: object } }).happyDOM.settings, {
    handleDisabledFileLoadingAsSuccess: true,
  });
  const wrong = "“agency.example” is no origin; write https://www.example.com";
  answers["PUT /api/v1/lead-sources/f"] = problem(422, wrong, [{ pointer: "/form/origins", detail: wrong }]);
  const user = show("/leads/sources/f?part=form");
  expect((await screen.findByLabelText("The line for your page")).textContent).toContain(
    'data-form="glf_abc"',
  );
  await user.click(screen.getByLabelText("Telephone"));
  await user.click(screen.getByLabelText("Telephone must be filled in"));
  await enter(user, screen.getByLabelText("Pages that may show it"), "agency.example");
  await user.click(screen.getByRole("button", { name: "Save the form" }));
  expect(await screen.findByText(wrong)).toBeTruthy();
  expect(done("PUT")[0]?.body).toMatchObject({
    form: { fields: ["name", "email", "phone"], required: ["name", "phone"], origins: ["agency.example"] },
  });
  const script = document.querySelector<HTMLScriptElement>("script[data-form]");
  expect(script?.dataset.form).toBe("glf_abc");
  expect(script?.hasAttribute("data-preview")).toBe(true);
});

const byMail: LeadSource = {
  ...source, id: "m", name: "Hub by mail", kind: "mail", mapping: {}, cost: null, senders: ["quotehub.example"], not_read_posts: 3,
}; // prettier-ignore
const mail: LeadPost = {
  ...post, id: "n", format: "mail", fate: "not_read", reference: null, sender: "news@quotehub.example", subject: "Our news",
  remarks: [{ field: null, detail: "nothing in it reads like a lead" }],
}; // prettier-ignore
const read = {
  format: "mail",
  leaves: [{ path: "Call", value: "512 555 0142" }],
  fields: [{ field: "phone", path: "Call", mapped: true, value: "+15125550142" }],
  remarks: [],
  fits: false,
  not_read: "nothing in it reads like a lead",
};

it("shows where mail is sent once, and how a provider hands it on", async () => {
  const made = { ...byMail, address: "lead-once", mail_address: "lead-once@in.example" };
  answers["POST /api/v1/lead-sources"] = () => Response.json(made, { status: 201 });
  const user = show("/leads/sources");
  await user.click(await screen.findByRole("button", { name: "Add a source" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Add a source" }));
  await enter(user, dialog.getByLabelText("Name"), "Hub by mail");
  await user.selectOptions(dialog.getByLabelText("Kind"), "Mail");
  await user.click(dialog.getByRole("button", { name: "Add the source" }));
  expect(await screen.findByText("lead-once@in.example")).toBeTruthy();
  expect(screen.getByText(/\/api\/v1\/lead-mails\/lead-once$/)).toBeTruthy();
  expect(done("POST")[0]?.body).toMatchObject({ kind: "mail", form: null });
});

it("tells of each mail what became of it, and what is read in it", async () => {
  answers["GET /api/v1/lead-sources"] = list([byMail]);
  show("/leads/sources");
  expect(await screen.findByText("3 not read this week")).toBeTruthy();
  answers["GET /api/v1/lead-sources/m"] = () => Response.json(byMail);
  answers["GET /api/v1/lead-sources/m/posts"] = list([mail]);
  answers["GET /api/v1/lead-sources/m/posts/n"] = () =>
    Response.json({
      ...mail, body: "From: news@quotehub.example", content_type: "message/rfc822", headers: {}, address: "203.0.113.7",
      user_agent: "", understood: read,
    }); // prettier-ignore
  const user = show("/leads/sources/m");
  expect(await screen.findByText("Our news")).toBeTruthy();
  expect(screen.getByText("Not read", { selector: "span, strong, div" })).toBeTruthy();
  expect(screen.getByText(/nothing in it reads like a lead/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Look at Mail Our news" }));
  expect(await screen.findByText("From: news@quotehub.example")).toBeTruthy();
  expect(screen.getByText("As it reads now")).toBeTruthy();
  expect(screen.getByText(/\+15125550142/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Capture anew: Mail Our news", hidden: true })).toBeTruthy();
});

it("tries a mail, and says why it would not be read", async () => {
  answers["GET /api/v1/lead-sources/m"] = () => Response.json(byMail);
  answers["POST /api/v1/lead-sources/preview"] = () => Response.json(read);
  const user = show("/leads/sources/m?part=mapping");
  await enter(user, await screen.findByLabelText("A mail"), "Call: 512 555 0142");
  expect(await screen.findByText("It is not read", {}, { timeout: 10_000 })).toBeTruthy();
  expect(screen.getByText("nothing in it reads like a lead")).toBeTruthy();
  expect(done("POST")[0]?.body).toMatchObject({ kind: "mail", senders: ["quotehub.example"] });
  expect(screen.queryByLabelText("Ping’s id")).toBeNull();
});

it("keeps whose mail is read, and asks for no answers", async () => {
  answers["GET /api/v1/lead-sources/m"] = () => Response.json(byMail);
  const wrong = "“hub” is neither a domain nor an address; write example.com or leads@example.com";
  answers["PUT /api/v1/lead-sources/m"] = problem(422, wrong, [{ pointer: "/senders", detail: wrong }]);
  const user = show("/leads/sources/m?part=set-up");
  const senders = await screen.findByLabelText("Allowed senders");
  expect(screen.queryByText("What the sender is answered")).toBeNull();
  await user.clear(senders);
  await enter(user, senders, "quotehub.example\nhub");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(wrong)).toBeTruthy();
  expect(done("PUT")[0]?.body).toMatchObject({ senders: ["quotehub.example", "hub"] });
});

it("bids on pings by the rule that is set up", async () => {
  answers["PUT /api/v1/lead-sources/s"] = () => Response.json({ ...source, version: 4 });
  const user = show("/leads/sources/s?part=set-up");
  await user.click(await screen.findByLabelText("Pings are bid on"));
  await enter(user, screen.getByLabelText("Price of a lead"), "22.50");
  await enter(user, screen.getByLabelText("States"), "tx, OK");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(done("PUT")).toHaveLength(1));
  expect(done("PUT")[0]?.body).toMatchObject({
    cost: { minor: 1500, currency: "USD" },
    bidding: { price: { minor: 2250, currency: "USD" }, states: ["TX", "OK"], lines: [], most_a_day: null },
  });
});
