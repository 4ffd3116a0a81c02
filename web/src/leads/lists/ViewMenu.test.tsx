import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { LeadSearch } from "../filters";
import { chosenColumns, USUAL, widths } from "./columns";
import { wholeFilter } from "./saved";
import { isSame, ViewMenu } from "./ViewMenu";

const TEAM = "10000000-0000-7000-8000-000000000001";
vi.mock("../../session/session", async (original) => ({
  ...(await original<object>()),
  useMe: () => ({ user: { id: "me", role: "agent", team_ids: [TEAM] }, agency: { currency: "USD" } }),
}));

const filter = { all: [{ field: "tags", op: "has_any", value: ["VIP"] }] };
const hot = {
  id: "v", name: "Hot", audience: "own", owner_id: "me", team_id: null, filter, sort: "name", columns: ["stage"], version: 1,
}; // prettier-ignore

let sent: { method: string; path: string; body: unknown }[];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path, searchParams } = new URL(request.url);
    if (request.method !== "GET") {
      const text = await request.text();
      sent.push({ method: request.method, path, body: text && JSON.parse(text) });
      if (request.method === "DELETE") return new Response(null, { status: 204 });
      return Response.json({ ...hot, id: "new", ...(JSON.parse(text) as object) });
    }
    if (path.endsWith("/count")) {
      return Response.json(
        searchParams.get("filter") ? { count: 10_000, more: true } : { count: 3, more: false },
      );
    }
    if (path.endsWith("/teams"))
      return Response.json({ items: [{ id: TEAM, name: "Auto" }], next_cursor: null });
    const ours = { ...hot, id: "a", name: "Everything", audience: "agency", owner_id: "x", filter: null };
    return Response.json({ items: [ours, hot], next_cursor: null });
  });
});
afterEach(() => vi.unstubAllGlobals());

function open(search: LeadSearch) {
  const show = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <ViewMenu search={search} show={show} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { show, user: userEvent.setup() };
}

it("shows a view with how many it holds", async () => {
  const { show, user } = open({});
  await user.click(screen.getByRole("button", { name: "Views" }));
  const item = await screen.findByRole("menuitem", { name: /Hot/ });
  await waitFor(() => expect(item.textContent).toContain("10,000+"));
  expect(screen.getByRole("group", { name: "The agency’s" }).textContent).toContain("Everything");
  await user.click(item);
  expect(show).toHaveBeenCalledWith({ list: "v", filter, sort: "name", cols: ["stage"] });
});

it("says that a view was changed, and saves it, or another one", async () => {
  const { show, user } = open({ list: "v", filter, sort: "-name", cols: ["stage"], stage: ["new"] });
  await user.click(await screen.findByRole("button", { name: "Hot (changed)" }));
  await user.click(await screen.findByRole("menuitem", { name: "Save changes to Hot…" }));
  await user.click(await screen.findByRole("button", { name: "Save" }));
  await waitFor(() => expect(show).toHaveBeenCalled());
  expect(sent[0]).toMatchObject({
    method: "PUT",
    path: "/api/v1/leads/views/v",
    body: {
      name: "Hot",
      audience: "own",
      sort: "-name",
      filter: { all: [{ field: "stage", op: "is", value: ["new"] }, ...filter.all] },
    },
  });
  await user.click(screen.getByRole("button", { name: "Hot (changed)" }));
  await user.click(await screen.findByRole("menuitem", { name: "Save this list as…" }));
  await user.type(await screen.findByLabelText("Name"), "Ours");
  await user.selectOptions(screen.getByLabelText("Who sees it"), "Team Auto");
  expect(screen.queryByRole("option", { name: "Everybody in the agency" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(sent[1]).toMatchObject({
      method: "POST",
      body: { name: "Ours", audience: "team", team_id: TEAM },
    }),
  );
});

it("knows the same list from a changed one", () => {
  expect(isSame({ list: "v", filter }, { filter, adding: true })).toBe(true);
  expect(isSame({ filter }, { filter, sort: "name" })).toBe(false);
});

it("keeps all that a list is narrowed to in one filter", () => {
  const any = { any: filter.all };
  expect(wholeFilter({})).toBeNull();
  expect(wholeFilter({ filter: any })).toEqual(any);
  expect(wholeFilter({ filter: any, owner: ["none", TEAM], idle: 7 })).toEqual({
    all: [
      {
        any: [
          { field: "owner_id", op: "is", value: [TEAM] },
          { field: "owner_id", op: "is_empty" },
        ],
      },
      { field: "idle_since", op: "not_in_last", value: 7 },
      { field: "stage", op: "is_not", value: ["won", "lost"] },
      any,
    ],
  });
});

it("shows the columns that were chosen, as far as there are such, in one order", () => {
  expect(chosenColumns(undefined, [])).toEqual(USUAL);
  expect(chosenColumns(["tags", "stage", "fields.gone"], [])).toEqual(["stage", "tags"]);
  expect(widths(["stage"])).toContain("104px");
});
