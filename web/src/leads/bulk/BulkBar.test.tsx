import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import { useShortcuts } from "../../commands/shortcuts";
import { Grid } from "../../ui/Grid";
import { BulkBar } from "./BulkBar";
import { useSelection } from "./selection";

// The grid mounts as many rows as there is room for, and here nothing has a size.
vi.mock("@tanstack/react-virtual", () => ({
  useVirtualizer: ({ count }: { count: number }) => ({
    getVirtualItems: () =>
      Array.from({ length: count }, (_, index) => ({ index, start: index * 56, size: 56 })),
    getTotalSize: () => count * 56,
    scrollToIndex: () => undefined,
  }),
}));

const rows = ["a", "b", "c", "d", "e"].map((id) => ({ id, display_name: id }));
const ids = rows.map(({ id }) => id);
const opened: string[] = [];
let started: unknown[];
let sent: { path: string; body: Record<string, unknown> }[];

beforeEach(() => {
  opened.length = 0;
  started = [];
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    sent.push({ path, body: (await request.json()) as Record<string, unknown> });
    return path.endsWith("/count")
      ? Response.json({ count: 1234 })
      : Response.json({ id: "bulk" }, { status: 202 });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function List({ more = false }: { more?: boolean }) {
  useShortcuts();
  const { selection, chosen, clear, everything } = useSelection("leads", ids);
  return (
    <>
      <Grid
        noun={["Lead", "Leads"]}
        place="leads"
        rows={rows}
        columns={[{ title: "Name", cell: ({ display_name }) => display_name }]}
        layout=""
        more={more}
        loadMore={() => undefined}
        loadingMore={false}
        dimmed={false}
        open={({ id }) => opened.push(`beside ${id}`)}
        openPage={({ id }) => opened.push(`page ${id}`)}
        chosen={chosen}
      />
      {chosen.shown !== "none" && (
        <BulkBar
          selection={selection}
          search={{ stage: ["new"] }}
          loaded={rows.length}
          more={more}
          everything={everything}
          clear={clear}
          started={(bulk) => started.push(bulk)}
        />
      )}
    </>
  );
}

async function show(more = false) {
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <List more={more} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const user = userEvent.setup();
  await waitFor(() => expect(screen.getAllByRole("row")).toHaveLength(rows.length + 1));
  screen.getAllByRole("row")[1]!.focus();
  return user;
}

const chosenRows = () =>
  screen
    .getAllByRole("row")
    .flatMap((row, at) => (row.getAttribute("aria-selected") === "true" ? [ids[at - 1]] : []));
const bar = () => screen.queryByRole("region", { name: "Bulk actions" });

it("rows are chosen by X, and with Shift as far as one goes", async () => {
  const user = await show();
  expect(bar()).toBeNull();
  await user.keyboard("x");
  expect(chosenRows()).toEqual(["a"]);
  expect(bar()!.textContent).toContain("1 chosen");
  await user.keyboard("{Shift>}{ArrowDown}{ArrowDown}{/Shift}");
  expect(chosenRows()).toEqual(["a", "b", "c"]);
  await user.keyboard("x");
  expect(chosenRows()).toEqual(["a", "b"]);
  await user.click(screen.getByRole("button", { name: "Choose none" }));
  expect(bar()).toBeNull();
});

it("boxes do the same by pointer, and all that is shown at once", async () => {
  const user = await show();
  await user.click(screen.getByRole("checkbox", { name: "Choose row 2" }));
  await user.keyboard("{Shift>}");
  await user.click(screen.getByRole("checkbox", { name: "Choose row 4" }));
  await user.keyboard("{/Shift}");
  expect(chosenRows()).toEqual(["b", "c", "d"]);
  expect(opened).toEqual([]);
  await user.click(screen.getByRole("checkbox", { name: "All leads that are shown" }));
  expect(chosenRows()).toEqual(ids);
});

it("Enter shows a lead beside, Shift+Enter and O on its page", async () => {
  const user = await show();
  await user.keyboard("{Enter}{Shift>}{Enter}{/Shift}");
  await user.keyboard("j");
  await user.keyboard("o");
  expect(opened).toEqual(["beside a", "page a", "page b"]);
});

it("the chosen ones are tagged by keyboard alone", async () => {
  const user = await show();
  await user.keyboard("x");
  await user.keyboard("t");
  const input = await screen.findByRole("textbox", { name: "Tags" });
  await user.click(input);
  await user.keyboard("vip, gold{Enter}");
  await waitFor(() => expect(started).toEqual([{ id: "bulk" }]));
  expect(sent.at(-1)!.body).toEqual({
    action: { kind: "tags", mode: "add", tags: ["vip", "gold"] },
    selection: { ids: ["a"], seen: 1 },
    confirmed: null,
  });
  expect(bar()).toBeNull();
});

it("of all that match as many as are counted are removed, once their number is written", async () => {
  const user = await show(true);
  await user.keyboard("{Control>}a{/Control}");
  await user.click(await screen.findByRole("button", { name: "Choose all 1,234 that match" }));
  expect(bar()!.textContent).toContain("1,234 chosen: all that match");
  await user.click(screen.getByRole("button", { name: "More to do with the chosen leads" }));
  await user.click(await screen.findByRole("menuitem", { name: "Remove…" }));
  const input = await screen.findByRole("textbox", { name: /write how many they are: 1,234/ });
  await user.type(input, "12{Enter}");
  expect(await screen.findByText("This is another number")).toBeTruthy();
  expect(started).toEqual([]);
  await user.clear(input);
  await user.type(input, "1234{Enter}");
  await waitFor(() => expect(started).toHaveLength(1));
  expect(sent.at(-1)!.body).toMatchObject({
    action: { kind: "remove" },
    confirmed: 1234,
    selection: { seen: 1234 },
  });
  expect(sent.at(-1)!.body.selection).toMatchObject({ matching: { stage: ["new"] } });
});
