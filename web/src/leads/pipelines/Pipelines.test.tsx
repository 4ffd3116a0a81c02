import { MantineProvider } from "@mantine/core";
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import { Placed } from "./Placed";
import { type Pipeline, pipelines, usePipelines } from "./queries";
import { Stages } from "./Stages";

let sent: {
  path: string;
  match: string | null;
  body: { stages: { key: string }[] } & Record<string, unknown>;
}[];
let refuse: boolean;
let placing: ({ status: string; leads: number | null; moved: number } | null)[];
const there = { items: [], may_require: ["phone", "x_date", "fields.roof_age"] };
const own = [
  { key: "roof_age", label: "Age of the roof", kind: "number", options: [], retired: false, version: 1 },
];

beforeEach(() => {
  Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
  sent = [];
  refuse = false;
  placing = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET" && path.endsWith("/fields")) return Response.json({ items: own });
    if (request.method === "GET")
      return Response.json({ ...there, version: 3, placing: placing.shift() ?? null });
    sent.push({ path, match: request.headers.get("If-Match"), body: await request.json() });
    if (!refuse) return Response.json({ ...there, version: 4, placing: null }, { headers: { ETag: '"4"' } });
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

function Leads() {
  return <p>{useQuery<number>({ queryKey: ["leads", "list"] }).data}</p>;
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
  // What may be asked for is what the service says, and the agency's own is called as it calls it.
  expect((await within(dialog).findAllByRole("checkbox")).map((box) => box.getAttribute("value"))).toEqual(
    there.may_require,
  );
  expect(await within(dialog).findByRole("checkbox", { name: "Age of the roof" })).toBeTruthy();
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

const told = () => screen.queryByRole("region", { name: "Leads on their way" })?.textContent ?? "";

it("leads that are on their way are told of until they are there, and then asked for anew", async () => {
  placing = [
    { status: "running", leads: null, moved: 30 },
    { status: "running", leads: 20_000, moved: 4_500 },
    { status: "failed", leads: 20_000, moved: 5_000 },
    null,
  ];
  const queries = createQueryClient();
  let asked = 0;
  queries.setQueryDefaults(["leads", "list"], { queryFn: () => (asked += 1) });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={queries}>
        <Placed />
        <Leads />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const again = () => queries.refetchQueries({ queryKey: pipelines.queryKey });
  await waitFor(() => expect(told()).toContain("They are being counted"));
  await again();
  await waitFor(() => expect(told()).toContain("4,500 of 20,000 are there"));
  expect(screen.getByRole("progressbar").getAttribute("value")).toBe("4500");
  await again();
  await waitFor(() => expect(told()).toContain("It could not go on"));
  expect(screen.queryByRole("progressbar")).toBeNull();
  expect(asked).toBe(1);
  await again();
  await waitFor(() => expect(told()).toBe(""));
  await waitFor(() => expect(asked).toBe(2));
});
