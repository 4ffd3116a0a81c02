import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { Lead } from "../../api/schema";
import { useRowEditor } from "./RowEditor";

const lead = {
  id: "l",
  version: 4,
  display_name: "Ann Lee",
  stage: "new",
  line_of_business: null,
  x_date: null,
  owner_id: null,
  tags: [],
  current_carrier: "Acme",
  state: null,
} as unknown as Lead;
let sent: { path: string; etag: string | null; body: unknown }[];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET") return Response.json({ items: [], next_cursor: null });
    sent.push({ path, etag: request.headers.get("If-Match"), body: await request.json() });
    return Response.json({ ...lead, version: 5 }, { headers: { ETag: '"5"' } });
  });
});
afterEach(() => vi.unstubAllGlobals());

function Row() {
  const editor = useRowEditor();
  return (
    <div role="row" tabIndex={0}>
      <button type="button" onClick={() => editor.begin(lead)}>
        Edit
      </button>
      {editor.cell(lead, "current_carrier", "Carrier") ?? "as it is"}
      {editor.cell(lead, "line_of_business", "Line")}
      {editor.cell(lead, "tags", "Tags")}
    </div>
  );
}

async function begun() {
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <Row />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: "Edit" }));
  const carrier = screen.getByRole("textbox", { name: "Carrier of Ann Lee" });
  await user.clear(carrier);
  await user.type(carrier, "Beta");
  return user;
}

it("Enter saves all that differs of the row, if it is as the list has it, and what stays is not sent", async () => {
  const user = await begun();
  await user.tab();
  await user.selectOptions(screen.getByRole("combobox", { name: "Line of Ann Lee" }), "auto");
  await user.tab();
  await user.keyboard("vip{Enter}");
  await waitFor(() => expect(screen.getByText("as it is")).toBeTruthy());
  expect(sent).toEqual([
    { path: "/api/v1/leads/l", etag: '"4"', body: { line_of_business: "auto", current_carrier: "Beta" } },
    { path: "/api/v1/leads/l/tags", etag: null, body: { add: ["vip"], remove: [] } },
  ]);
});

it("Escape leaves the row as it was", async () => {
  const user = await begun();
  await user.keyboard("{Escape}");
  expect(screen.getByText("as it is")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole("row"));
  expect(sent).toEqual([]);
});
