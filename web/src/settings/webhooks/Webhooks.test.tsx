import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { Delivery, Webhook } from "../../api/schema";
import type * as Session from "../../session/session";
import { Webhooks } from "./Webhooks";

// Dialogs with a long list of boxes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const may = vi.hoisted(() => ({ administer: true }));
vi.mock("../../session/session", async (original) => ({
  ...(await original<typeof Session>()),
  useMayAdminister: () => may.administer,
  useMe: () => ({ user: { role: "owner" }, agency: { time_zone: "UTC" } }),
}));

const webhook: Webhook = {
  id: "w", version: 3, name: "Warehouse", url: "https://hooks.example.com/in?token=1", event_types: ["leads.LeadCaptured.v1"],
  personal: false, state: "active", paused_because: null, failing_since: null, rest_until: null, succeeded_at: null,
  old_secret_until: null, made_at: "2026-11-28T08:00:00Z", changed_at: "2026-11-28T08:00:00Z",
}; // prettier-ignore
const delivery: Delivery = {
  id: "d", message_id: "m-1", event_type: "leads.LeadCaptured.v1", state: "failed", tries: 12, status: 503, milliseconds: 40,
  reason: "it answered 503", made_at: "2026-11-28T08:00:00Z", tried_at: "2026-11-28T09:00:00Z", next_at: null,
}; // prettier-ignore
const EVENTS = [
  { type: "leads.LeadCaptured.v1", service: "leads", words: "A prospect became known.", personal: true },
  { type: "identity.TeamFormed.v1", service: "identity", words: "A team was formed.", personal: false },
];

let asked: { method: string; path: string; body: unknown }[];
let answers: Record<string, () => Response>;
const list = (items: object[]) => () => Response.json({ items, next_cursor: null });
const problem =
  (status: number, detail: string, errors: object[] = []) =>
  () =>
    Response.json({ type: "about:blank", title: "No", status, detail, errors }, { status });

beforeEach(() => {
  may.administer = true;
  asked = [];
  answers = {
    "GET /api/v1/webhooks": list([webhook]),
    "GET /api/v1/webhooks/event-types": list(EVENTS),
    "GET /api/v1/webhooks/w/deliveries": list([delivery]),
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    asked.push({ method: request.method, path: pathname, body: text ? JSON.parse(text) : null });
    return answers[`${request.method} ${pathname}`]!();
  });
});
afterEach(() => vi.unstubAllGlobals());

function show() {
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <Notifications />
        <Webhooks />
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

it("is said to be others' matter to whoever does not keep them, and nothing is asked", () => {
  may.administer = false;
  show();
  expect(screen.getByText(/Owners and admins keep them/)).toBeTruthy();
  expect(asked).toEqual([]);
});

it("says that there are none yet, and what one is for", async () => {
  answers["GET /api/v1/webhooks"] = list([]);
  show();
  expect(await screen.findByText("No webhooks yet")).toBeTruthy();
});

it("says why they cannot be shown, and asks again", async () => {
  answers["GET /api/v1/webhooks"] = problem(403, "only an owner or admin of the agency may do this");
  const user = show();
  expect(await screen.findByText("You may not see this list")).toBeTruthy();
  answers["GET /api/v1/webhooks"] = list([webhook]);
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Warehouse")).toBeTruthy();
});

it("shows where what goes, and no secret part of the address", async () => {
  show();
  expect(await screen.findByText(/hooks.example.com · Lead captured · nothing delivered yet/)).toBeTruthy();
  expect(document.body.textContent).not.toContain("token=1");
});

it("says in full why one paused by itself, and what to do", async () => {
  answers["GET /api/v1/webhooks"] = list([
    { ...webhook, state: "paused", paused_because: "it failed for days" },
  ]);
  answers["POST /api/v1/webhooks/w/resume"] = () => Response.json(webhook);
  const user = show();
  expect(await screen.findByText(/Paused because it failed for days/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Resume Warehouse" }));
  await waitFor(() => expect(done("POST")).toHaveLength(1));
});

it("is made for events that are looked for, and shows its secret until it is kept", async () => {
  answers["POST /api/v1/webhooks"] = () =>
    Response.json({ ...webhook, secret: "whsec_shown-once" }, { status: 201 });
  const user = show();
  await user.click(await screen.findByRole("button", { name: "Make a webhook" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Make a webhook" }));
  const submit = dialog.getByRole("button", { name: "Make the webhook" });
  expect(submit).toHaveProperty("disabled", true);
  await enter(user, dialog.getByLabelText("Name"), "Warehouse");
  await enter(user, dialog.getByLabelText("Address"), "hooks.example.com/in");
  await enter(user, await dialog.findByLabelText("Search in events"), "prospect");
  expect(dialog.queryByLabelText("Team formed")).toBeNull();
  await user.click(await dialog.findByLabelText("Lead captured"));
  await user.click(submit);
  expect(await screen.findByText("whsec_shown-once")).toBeTruthy();
  expect(done("POST")[0]?.body).toEqual({
    name: "Warehouse",
    url: "https://hooks.example.com/in",
    event_types: ["leads.LeadCaptured.v1"],
    personal: false,
  });
  const over = screen.getByRole("button", { name: "Done" });
  expect(over).toHaveProperty("disabled", true);
  await user.click(screen.getByLabelText("I have kept it"));
  await user.click(over);
  await waitFor(() => expect(screen.queryByText("whsec_shown-once")).toBeNull());
});

it("says at the address what is wrong with it, and keeps what was entered", async () => {
  const wrong = "this address is not on the public internet";
  answers["PATCH /api/v1/webhooks/w"] = problem(422, wrong, [{ pointer: "/url", detail: wrong }]);
  const user = show();
  await user.click(await screen.findByRole("button", { name: "More for Warehouse" }));
  await user.click(await screen.findByRole("menuitem", { name: "Change…" }));
  const address = await screen.findByLabelText("Address");
  await user.clear(address);
  await enter(user, address, "https://10.0.0.1/");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("This address is not on the public internet")).toBeTruthy();
  expect(address).toHaveProperty("value", "https://10.0.0.1/");
});

it("asks before a new secret is made, and then shows it", async () => {
  answers["POST /api/v1/webhooks/w/rotate-secret"] = () =>
    Response.json({ ...webhook, old_secret_until: "2026-11-29T08:00:00Z", secret: "whsec_the-next" });
  const user = show();
  await user.click(await screen.findByRole("button", { name: "More for Warehouse" }));
  await user.click(await screen.findByRole("menuitem", { name: "New secret…" }));
  expect(await screen.findByText(/For 24 hours both sign/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Make a new secret" }));
  expect(await screen.findByText("whsec_the-next")).toBeTruthy();
  expect(screen.getByText(/The one before it is good until/)).toBeTruthy();
});

it("shows how deliveries went, and sends one or all of them again", async () => {
  answers["POST /api/v1/webhooks/w/deliveries/d/redeliver"] = () =>
    Response.json({ ...delivery, state: "waiting" }, { status: 202 });
  let rounds = 0;
  answers["POST /api/v1/webhooks/w/deliveries/redeliver"] = () =>
    Response.json({ deliveries: 500, more: ++rounds === 1 }, { status: 202 });
  const user = show();
  await user.click(await screen.findByRole("button", { name: "Deliveries to Warehouse" }));
  expect(await screen.findByText(/· 12 tries, answered 503, in 40 ms$/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Send again: Lead captured m-1" }));
  await waitFor(() =>
    expect(done("POST").map(({ path }) => path)).toContain("/api/v1/webhooks/w/deliveries/d/redeliver"),
  );
  await user.click(screen.getByRole("button", { name: "Send all again" }));
  expect(await screen.findByText("1000 are sent again")).toBeTruthy();
  expect(rounds).toBe(2);
});

it("offers to send nothing again while it is paused, but a test", async () => {
  answers["GET /api/v1/webhooks"] = list([{ ...webhook, state: "paused", paused_because: "by hand" }]);
  answers["POST /api/v1/webhooks/w/test"] = problem(503, "The platform is away");
  const user = show();
  await user.click(await screen.findByRole("button", { name: "Deliveries to Warehouse" }));
  expect(await screen.findByText(/It is paused/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^Send again/ })).toBeNull();
  expect(screen.getByRole("button", { name: "Send all again" })).toHaveProperty("disabled", true);
  await user.click(screen.getByRole("button", { name: "Send a test" }));
  expect(await screen.findByText("The test was not sent")).toBeTruthy();
});

it("says that the log may be old where it cannot be asked for again", async () => {
  const user = show();
  await user.click(await screen.findByRole("button", { name: "Deliveries to Warehouse" }));
  await screen.findByText(/12 tries/);
  answers["GET /api/v1/webhooks/w/deliveries"] = problem(400, "Something is wrong");
  answers["POST /api/v1/webhooks/w/deliveries/d/redeliver"] = () =>
    Response.json({ ...delivery, state: "waiting" }, { status: 202 });
  await user.click(screen.getByRole("button", { name: "Send again: Lead captured m-1" }));
  expect(await screen.findByText(/This may be out of date/)).toBeTruthy();
});
