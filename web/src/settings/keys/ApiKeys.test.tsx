import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import { ApiKeys } from "./ApiKeys";

const me = vi.hoisted(() => ({ role: "owner" }));
vi.mock("../../session/session", async (original) => ({
  ...(await original<object>()),
  useMe: () => ({ user: { id: "u", name: "Olga", role: me.role }, agency: { name: "Maple" } }),
}));

const SECRET = `gos_${"1".repeat(43)}_${"s".repeat(49)}`;
const all = {
  owner: "agency",
  admin: "agency",
  manager: "teams",
  agent: "own",
  viewer: "teams",
  auditor: "agency",
};
const told = {
  roles: Object.keys(all),
  permissions: [
    {
      name: "records:read",
      resource: "records",
      act: "read",
      words: "See leads",
      scopes: all,
      service: "agency",
    },
    {
      name: "records:write",
      resource: "records",
      act: "write",
      words: "Change them",
      scopes: all,
      service: "agency",
    },
    { name: "keys:keep", resource: "keys", act: "keep", words: "Keep keys", scopes: all, service: "nothing" },
  ],
};
const form = {
  id: "k",
  name: "Website form",
  scopes: ["records:read"],
  made_by: "u",
  made_at: "2026-11-01T10:00:00Z",
  expires_at: null,
  used_at: null,
  state: "active",
  version: 1,
};

let keys: object[];
let asked: { method: string; path: string; body: string }[];

beforeEach(() => {
  me.role = "owner";
  keys = [form, { ...form, id: "o", name: "Old sheet", made_by: "a", state: "revoked" }];
  asked = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method !== "GET") {
      asked.push({ method: request.method, path, body: await request.text() });
      if (request.method === "DELETE") return new Response(null, { status: 204 });
      return Response.json({ ...form, id: "n", name: "Sheet", key: SECRET }, { status: 201 });
    }
    if (path.endsWith("/users/roles")) return Response.json(told);
    const items = path.endsWith("/users") ? [{ id: "a", name: "Ann" }] : keys;
    return Response.json({ items, next_cursor: null });
  });
});
afterEach(() => vi.unstubAllGlobals());

function show() {
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <ApiKeys />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

it("tells of each key who made it, what it may, and what became of it", async () => {
  show();
  const list = await screen.findByRole("list", { name: "API keys" });
  const [first, second] = within(list).getAllByRole("listitem");
  expect(first?.textContent).toContain("Website form");
  expect(first?.textContent).toContain("records:read");
  expect(first?.textContent).toContain("Made by you");
  expect(first?.textContent).toContain("never used");
  expect(first?.textContent).toContain("does not expire");
  expect(second?.textContent).toContain("Revoked");
  await waitFor(() => expect(second?.textContent).toContain("Made by Ann"));
  expect(within(second!).queryByRole("button")).toBeNull();
});

it("makes a key, shows it once, and lets nobody leave before it is kept", async () => {
  const user = userEvent.setup();
  show();
  await user.click(screen.getByRole("button", { name: "Make a key" }));
  const dialog = await screen.findByRole("dialog", { name: "Make an API key" });
  expect(within(dialog).queryByText("Keep keys")).toBeNull();
  await user.type(within(dialog).getByLabelText("Name"), "Sheet");
  await user.click(await within(dialog).findByLabelText("Change them"));
  await user.click(within(dialog).getByRole("button", { name: "Make the key" }));
  const made = await screen.findByRole("dialog", { name: "Copy the key now" });
  expect(made.textContent).toContain(SECRET);
  expect(JSON.parse(asked[0]!.body)).toEqual({
    name: "Sheet",
    scopes: ["records:read", "records:write"],
    expires_in_days: 90,
  });
  const done = within(made).getByRole("button", { name: "Done" });
  expect(done).toHaveProperty("disabled", true);
  await user.click(within(made).getByLabelText("I have kept it"));
  await user.click(done);
  await waitFor(() => expect(screen.queryByText(SECRET)).toBeNull());
  // Made once more, it is asked for anew.
  await user.click(screen.getByRole("button", { name: "Make a key" }));
  expect(await screen.findByLabelText("Name")).toHaveProperty("value", "");
});

it("revokes once it was asked twice", async () => {
  const user = userEvent.setup();
  show();
  await user.click(await screen.findByRole("button", { name: "Revoke the key Website form" }));
  const dialog = await screen.findByRole("dialog", { name: "Revoke Website form?" });
  expect(asked).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "Revoke it now" }));
  await waitFor(() => expect(asked).toEqual([{ method: "DELETE", path: "/api/v1/api-keys/k", body: "" }]));
});

it("offers nobody but owners a key that does not expire, and agents their own keys", async () => {
  me.role = "agent";
  keys = [];
  const user = userEvent.setup();
  show();
  await screen.findByRole("heading", { name: "Your API keys" });
  await screen.findByText("No keys yet");
  await user.click(screen.getByRole("button", { name: "Make a key" }));
  const select = await screen.findByLabelText("Good for");
  expect(within(select).getAllByRole("option").map((each) => each.textContent)).toEqual([
    "30 days", "90 days", "180 days", "365 days",
  ]); // prettier-ignore
});
