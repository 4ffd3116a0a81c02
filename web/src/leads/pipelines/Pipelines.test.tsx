import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import { type Pipeline, usePipelines } from "./queries";
import { Stages } from "./Stages";

let sent: {
  path: string;
  match: string | null;
  body: { stages: { key: string }[] } & Record<string, unknown>;
}[];
let refuse: boolean;

beforeEach(() => {
  Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
  sent = [];
  refuse = false;
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET") return Response.json({ items: [], version: 3, next_cursor: null });
    sent.push({ path, match: request.headers.get("If-Match"), body: await request.json() });
    if (!refuse) return Response.json({ items: [], version: 4 }, { headers: { ETag: '"4"' } });
    const errors = [{ pointer: "/stages/1/kind", detail: "New is new, which is before quoted" }];
    const detail = errors[0]!.detail;
    return Response.json({ title: "Invalid", detail, status: 422, errors }, { status: 422 });
  });
});
afterEach(() => vi.unstubAllGlobals());

function Shown() {
  const [standard] = usePipelines() as [Pipeline];
  return <Stages pipeline={standard} version={3} />;
}

function show() {
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <Shown />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return userEvent.setup();
}

const keys = (at = 0) => sent[at]!.body.stages.map(({ key }) => key);

it("stages go up and down by their buttons; what is refused says why", async () => {
  const user = show();
  await user.click(screen.getByRole("button", { name: "Move Qualified up" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect([sent[0]!.path, sent[0]!.match]).toEqual(["/api/v1/pipelines/default", '"3"']);
  expect(keys()).toEqual(["new", "qualified", "contacted", "quoted", "won", "lost"]);
  expect(await screen.findByText("Qualified is now number 2 of 6")).toBeTruthy();
  refuse = true;
  await user.click(screen.getByRole("button", { name: "Move New down" }));
  expect((await screen.findByRole("alert")).textContent).toContain("New is new");
});

it("a stage is added where its kind has its place, and asks for what was chosen", async () => {
  const user = show();
  await user.click(screen.getByRole("button", { name: "Add a stage" }));
  const dialog = await screen.findByRole("dialog", { name: "Add a stage" });
  await user.type(within(dialog).getByRole("textbox", { name: /^Name/ }), "Docs in");
  await user.selectOptions(within(dialog).getByRole("combobox", { name: "Counts as" }), "quoted");
  await user.type(within(dialog).getByRole("textbox", { name: "Overdue after days" }), "14");
  await user.click(within(dialog).getByRole("checkbox", { name: "X-date" }));
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(keys()).toEqual(["new", "contacted", "qualified", "quoted", "docs_in", "won", "lost"]);
  expect(sent[0]!.body.stages[4]).toEqual({
    key: "docs_in",
    name: "Docs in",
    kind: "quoted",
    probability: 50,
    required: ["x_date"],
    rots_after_days: 14,
  });
  // Each key that is typed draws the dialog anew.
}, 20_000);

it("a stage is retired into another one, and the ends stay", async () => {
  const user = show();
  expect(screen.queryByRole("button", { name: "Retire Won" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Retire Qualified" }));
  const dialog = await screen.findByRole("dialog", { name: "Retire Qualified?" });
  await user.selectOptions(within(dialog).getByRole("combobox"), "quoted");
  await user.click(within(dialog).getByRole("button", { name: "Retire" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(keys()).toEqual(["new", "contacted", "quoted", "won", "lost"]);
  expect(sent[0]!.body.moved).toEqual({ qualified: "quoted" });
});

it("reasons are one in a line, each once", async () => {
  const user = show();
  await user.type(
    screen.getByRole("textbox", { name: "Why leads are lost" }),
    "Too dear{Enter} Stayed {Enter}Stayed{Enter}",
  );
  await user.click(screen.getByRole("button", { name: "Save the reasons" }));
  await waitFor(() => expect(sent[0]?.body.exit_reasons).toEqual(["Too dear", "Stayed"]));
});
