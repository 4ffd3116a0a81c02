import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { Lead } from "../../api/schema";
import { OwnFacts } from "./OwnFacts";

// Forms with many fields take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

vi.mock("../../session/session", async (original) => ({
  ...(await original<object>()),
  useMe: () => ({ user: { id: "u" }, agency: { name: "Maple", currency: "USD" } }),
}));

const field = (key: string, kind: string, more: object = {}) => ({
  id: key, key, label: key, kind, options: [], line_of_business: null, retired: false, version: 1, ...more,
}); // prettier-ignore
const lead = {
  id: "l",
  version: 4,
  line_of_business: "auto",
  tags: ["VIP", "hot"],
  fields: { price: 125_000 },
} as unknown as Lead;

let sent: { path: string; body: object }[];
let refuse: string | null;
/** So many fields besides. */
let more: number;

beforeEach(() => {
  sent = [];
  refuse = null;
  more = 0;
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET") {
      const items = [
        field("price", "money"),
        field("roof", "choice", { options: ["tile", "metal"], line_of_business: "home" }),
        field("pool", "yes_no"),
        field("old", "text", { retired: true }),
      ];
      items.push(...Array.from({ length: more }, (_, n) => field(`more ${n}`, "text")));
      return Response.json({ items, next_cursor: null });
    }
    sent.push({ path, body: (await request.json()) as object });
    if (refuse) {
      const problem = {
        type: "about:blank", title: "Invalid", status: 422, detail: refuse, errors: [{ pointer: "/values/price", detail: refuse }],
      }; // prettier-ignore
      return Response.json(problem, { status: 422 });
    }
    return Response.json({ ...lead, version: 5 }, { headers: { ETag: '"5"' } });
  });
});
afterEach(() => vi.unstubAllGlobals());

function show(mayEdit = true) {
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <dl>
          <OwnFacts lead={lead} mayEdit={mayEdit} />
        </dl>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

it("shows the fields of the lead's line, with what is known", async () => {
  show();
  expect(await screen.findByText("$1,250.00")).toBeTruthy();
  expect(screen.getByText("pool")).toBeTruthy();
  expect(screen.queryByText("roof")).toBeNull();
  expect(screen.queryByText("old")).toBeNull();
});

it("fills a field where it stands, and says what was not understood", async () => {
  const user = userEvent.setup();
  show();
  await user.click(await screen.findByRole("button", { name: /Edit price/ }));
  const input = screen.getByRole("textbox", { name: "price" });
  expect(input).toHaveProperty("value", "1250.00");
  refuse = "price: a number";
  await user.clear(input);
  await user.type(input, "much{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("a number");
  refuse = null;
  await user.clear(input);
  await user.type(input, "$1,300{Enter}");
  await waitFor(() => expect(screen.queryByRole("textbox")).toBeNull());
  expect(sent.map(({ body }) => body)).toEqual([
    { values: { price: "much" } },
    { values: { price: 130_000 } },
  ]);
  await user.click(screen.getByRole("button", { name: /Edit pool/ }));
  await user.selectOptions(screen.getByRole("combobox", { name: "pool" }), "yes");
  await user.keyboard("{Enter}");
  await waitFor(() => expect(sent.at(-1)?.body).toEqual({ values: { pool: true } }));
});

it("gives and takes tags, and leaves alone what was not touched", async () => {
  const user = userEvent.setup();
  show();
  await user.click(screen.getByRole("button", { name: /Edit tags/ }));
  const input = screen.getByRole("textbox", { name: "Tags, apart by commas" });
  await user.clear(input);
  await user.type(input, "VIP, new  roof{Enter}");
  await waitFor(() =>
    expect(sent).toEqual([{ path: "/api/v1/leads/l/tags", body: { add: ["new roof"], remove: ["hot"] } }]),
  );
});

it("lets nobody edit who may not", async () => {
  show(false);
  expect(await screen.findByText("pool")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});

it("of hundreds of fields shows what is known, and finds the others by name", async () => {
  const user = userEvent.setup();
  more = 300;
  show();
  expect(await screen.findByText("$1,250.00")).toBeTruthy();
  expect(screen.queryByText("pool")).toBeNull();
  const find = screen.getByRole("textbox", { name: "Find a field to fill in" });
  await user.type(find, "more 1");
  expect(screen.getAllByRole("button", { name: /Edit more/ })).toHaveLength(10);
  expect(screen.getByText("101 more: type on")).toBeTruthy();
  await user.type(find, "42");
  await user.click(screen.getByRole("button", { name: /Edit more 142/ }));
  await user.type(screen.getByRole("textbox", { name: "more 142" }), "tall{Enter}");
  await waitFor(() => expect(sent.at(-1)?.body).toEqual({ values: { "more 142": "tall" } }));
  await user.type(find, "x");
  expect(screen.getByText("Nothing is called that")).toBeTruthy();
});
