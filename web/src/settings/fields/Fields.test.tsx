import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import { Fields } from "./Fields";

// Forms with many fields take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const me = vi.hoisted(() => ({ role: "owner" }));
vi.mock("../../session/session", async (original) => ({
  ...(await original<object>()),
  useMe: () => ({ user: { id: "u", name: "Olga", role: me.role }, agency: { name: "Maple" } }),
}));

const roof = {
  id: "f",
  key: "roof",
  label: "Roof",
  kind: "choice",
  options: ["tile", "metal"],
  line_of_business: "home",
  retired: false,
  version: 3,
};

let asked: { method: string; path: string; body: object; still: string | null }[];

beforeEach(() => {
  me.role = "owner";
  asked = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET") return Response.json({ items: [roof], next_cursor: null });
    const body = (await request.json()) as object;
    asked.push({ method: request.method, path, body, still: request.headers.get("If-Match") });
    if ("label" in body && body.label === "Taken") {
      const detail = "your agency has a field taken already";
      return Response.json({ type: "about:blank", title: "Conflict", status: 409, detail }, { status: 409 });
    }
    return Response.json({ ...roof, ...body });
  });
});
afterEach(() => vi.unstubAllGlobals());

function show() {
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <Fields />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

it("adds a choice with its options, and says what was refused", async () => {
  const user = userEvent.setup();
  show();
  await user.click(await screen.findByRole("button", { name: "Add a field" }));
  const dialog = await screen.findByRole("dialog", { name: "Add a field" });
  await user.type(within(dialog).getByLabelText("Label"), "Taken");
  await user.selectOptions(within(dialog).getByLabelText("What it holds"), "choice");
  await user.type(within(dialog).getByLabelText("Options"), "brick{Enter}wood{Enter} brick");
  await user.click(within(dialog).getByRole("button", { name: "Add the field" }));
  expect((await within(dialog).findByRole("alert")).textContent).toContain("has a field taken already");
  await user.clear(within(dialog).getByLabelText("Label"));
  await user.type(within(dialog).getByLabelText("Label"), "Walls");
  await user.click(within(dialog).getByRole("button", { name: "Add the field" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked[1]).toMatchObject({
    method: "POST",
    body: { label: "Walls", kind: "choice", options: ["brick", "wood"], line_of_business: null },
  });
});

it("changes what it was, if it still is that; the kind stays", async () => {
  const user = userEvent.setup();
  show();
  await user.click(await screen.findByRole("button", { name: "Change Roof" }));
  const dialog = await screen.findByRole("dialog", { name: "Change Roof" });
  expect(within(dialog).getByLabelText("What it holds")).toHaveProperty("disabled", true);
  await user.type(within(dialog).getByLabelText("Options"), "{Enter}straw");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]).toEqual({
    method: "PATCH",
    path: "/api/v1/leads/fields/roof",
    still: '"3"',
    body: { label: "Roof", options: ["tile", "metal", "straw"], line_of_business: "home" },
  });
});

it("retires a field; who may not settle things looks only", async () => {
  const user = userEvent.setup();
  show();
  await user.click(await screen.findByRole("button", { name: "Retire Roof" }));
  await waitFor(() => expect(asked[0]?.body).toEqual({ retired: true }));
});

it("shows others the fields alone", async () => {
  me.role = "agent";
  show();
  expect(await screen.findByText("Roof")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});

it("of many finds one by its name or key", async () => {
  const user = userEvent.setup();
  const many = Array.from({ length: 40 }, (_, n) => ({
    ...roof,
    id: `f${n}`,
    key: `f${n}`,
    label: `Field ${n}`,
  }));
  vi.stubGlobal("fetch", async () => Response.json({ items: many, next_cursor: null }));
  show();
  const find = await screen.findByRole("textbox", { name: "Find a field" });
  await user.type(find, "field 3");
  const list = screen.getByRole("list", { name: "Lead fields" });
  expect(within(list).getAllByRole("listitem")).toHaveLength(11);
  await user.type(find, "x");
  expect(screen.getByText("No field is called that.")).toBeTruthy();
});
