import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { Lead, Stage } from "../../api/schema";
import { arrange } from "./arrange";
import { Board } from "./Board";

const opened: unknown[] = [];
vi.mock("@tanstack/react-router", async (original) => ({
  ...(await original<object>()),
  useNavigate: () => (to: unknown) => opened.push(to),
}));

const lead = (id: string, stage: Stage, version = 1) =>
  ({
    id,
    display_name: `Lead ${id}`,
    stage,
    stage_key: stage,
    stage_since: "2026-11-01T12:00:00Z",
    rots_at: null,
    pipeline: "default",
    version,
    owner_id: null,
    team_id: null,
    line_of_business: "auto",
    x_date: null,
  }) as Lead;

let leads: Lead[];
let moves: unknown[];
let refuse: boolean;
let pipelines: unknown[];
let totals: unknown[];

beforeEach(() => {
  // A text box that grows listens to fonts that arrive, and here there are none.
  Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
  leads = [lead("a", "new"), lead("b", "new"), lead("c", "quoted")];
  moves = [];
  refuse = false;
  pipelines = [];
  totals = [];
  opened.length = 0;
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    if (url.pathname.endsWith("/pipelines")) return Response.json({ items: pipelines, version: 1 });
    if (url.pathname.endsWith("/leads/board")) return Response.json({ pipeline: "default", columns: totals });
    const id = /\/leads\/(\w+)\/stage$/.exec(url.pathname)?.[1];
    if (id) {
      const body = (await request.json()) as { stage: Stage };
      moves.push([id, body]);
      if (refuse) return Response.json({ title: "Conflict", detail: "no", status: 409 }, { status: 409 });
      leads = leads.map((each) => (each.id === id ? lead(id, body.stage, each.version + 1) : each));
      return Response.json(
        leads.find((each) => each.id === id),
        { headers: { ETag: '"2"' } },
      );
    }
    const one = leads.find((each) => url.pathname.endsWith(`/leads/${each.id}`));
    if (one && request.method === "PATCH") {
      Object.assign(one, await request.json(), { version: one.version + 1 });
    }
    if (one) return Response.json(one, { headers: { ETag: `"${one.version}"` } });
    const stages = url.searchParams.getAll("stage_key");
    const items = url.pathname.endsWith("/leads") ? leads.filter(({ stage }) => stages.includes(stage)) : [];
    return Response.json({ items, next_cursor: null });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

async function show(mayMove = true) {
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <Board search={{}} mayMove={mayMove} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const user = userEvent.setup();
  // With the pipeline's own columns the cards come anew.
  await screen.findByRole("region", {
    name: (pipelines as { stages: { name: string }[] }[])[0]?.stages[0]!.name ?? "New",
  });
  await screen.findByRole("button", { name: /^Lead c/ });
  (await screen.findByRole("button", { name: /^Lead a/ })).focus();
  return user;
}

const column = (name: string) =>
  within(screen.getByRole("region", { name }))
    .queryAllByRole("button", { name: /^Lead/ })
    .map((card) => card.dataset.card);

it("arrows go from card to card, over columns that are empty, and Enter opens one", async () => {
  const user = await show();
  await user.keyboard("{ArrowDown}");
  expect((document.activeElement as HTMLElement).dataset.card).toBe("b");
  await user.keyboard("{ArrowRight}");
  expect((document.activeElement as HTMLElement).dataset.card).toBe("c");
  await user.keyboard("{Enter}");
  expect(opened).toEqual([{ to: "/leads/$leadId", params: { leadId: "c" } }]);
});

it("Shift and an arrow move a card, say so, and stay on it", async () => {
  const user = await show();
  await user.keyboard("{Shift>}{ArrowRight}{/Shift}");
  await waitFor(() => expect(column("Contacted")).toEqual(["a"]));
  expect(column("New")).toEqual(["b"]);
  expect(moves).toEqual([["a", { stage: "contacted", reason: null, exit_reason: null }]]);
  expect(screen.getByText("Lead a moved to Contacted")).toBeTruthy();
  await waitFor(() => expect((document.activeElement as HTMLElement).dataset.card).toBe("a"));
});

it("Space picks a card up and puts it down two columns on; Escape leaves it", async () => {
  const user = await show();
  await user.keyboard(" {ArrowRight}{Escape}");
  expect(moves).toEqual([]);
  await user.keyboard(" {ArrowRight}{ArrowRight} ");
  await waitFor(() => expect(column("Qualified")).toEqual(["a"]));
  expect(moves).toEqual([["a", { stage: "qualified", reason: null, exit_reason: null }]]);
});

const told = (name: string) =>
  screen.getByRole("region", { name }).querySelector("h2")!.parentElement!.textContent;

it("a column says how many stand in it, and what they are worth by its probability", async () => {
  const premiums = [{ leads: 30, minor: 9_000_000, expected_minor: 900_000, currency: "USD" }];
  const of = { leads: 40, probability: 10, expected_binds: 4, stage: "new" };
  totals = [
    { ...of, key: "new", name: "New", premiums },
    { ...of, key: "contacted", name: "Contacted", premiums: [] },
  ];
  await show();
  await waitFor(() => expect(told("New")).toContain("40 leads"));
  expect(told("New")).toContain("$9K");
  expect(told("Contacted")).toContain("4");
});

it("what is refused goes back to where it was", async () => {
  const user = await show();
  refuse = true;
  await user.keyboard("{Shift>}{ArrowRight}{/Shift}");
  await waitFor(() => expect(moves).toHaveLength(1));
  await waitFor(() => expect(column("New")).toEqual(["a", "b"]));
});

it("lost asks why before anything is sent", async () => {
  const user = await show();
  await user.keyboard(" {ArrowRight}{ArrowRight}{ArrowRight}{ArrowRight}{ArrowRight} ");
  await user.type(await screen.findByRole("textbox", { name: /Reason/ }), "Too dear");
  expect(moves).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Move to lost" }));
  await waitFor(() =>
    expect(moves).toEqual([["a", { stage: "lost", reason: "Too dear", exit_reason: null }]]),
  );
});

const stage = (key: string, kind: string, name: string, required: string[] = []) => ({
  key,
  name,
  kind,
  probability: 50,
  required,
  rots_after_days: null,
});

it("columns, what must be known, and reasons are the pipeline's own", async () => {
  pipelines = [
    {
      line: "default",
      name: "All",
      stages: [
        stage("new", "new", "Fresh"),
        stage("quoted", "quoted", "Offer out", ["current_carrier"]),
        stage("won", "won", "Bound"),
        stage("lost", "lost", "Gone"),
      ],
      exit_reasons: ["Stayed"],
    },
  ];
  for (const each of leads) Object.assign(each, { current_carrier: null, rots_at: "2026-11-02T12:00:00Z" });
  const user = await show();
  expect(screen.getAllByRole("region").map((each) => each.getAttribute("aria-label"))).toEqual([
    "Fresh",
    "Offer out",
    "Bound",
    "Gone",
  ]);
  expect(screen.getAllByText(/, overdue/)).toHaveLength(3);
  await user.keyboard("{Shift>}{ArrowRight}{/Shift}");
  const asked = await screen.findByRole("dialog", { name: "Before Lead a is in Offer out" });
  expect((await within(asked).findByRole<HTMLButtonElement>("button", { name: /Move to/ })).disabled).toBe(
    true,
  );
  await user.click(within(asked).getByRole("button", { name: /current carrier/i }));
  await user.type(within(asked).getByRole("textbox", { name: "Current carrier" }), "Acme{Enter}");
  const go = within(asked).getByRole<HTMLButtonElement>("button", { name: "Move to Offer out" });
  await waitFor(() => expect(go.disabled).toBe(false));
  expect(moves).toEqual([]);
  await user.click(go);
  await waitFor(() => expect(column("Offer out")).toEqual(["a", "c"]));
  screen.getByRole("button", { name: /^Lead b/ }).focus();
  await user.keyboard(" {ArrowRight}{ArrowRight}{ArrowRight} ");
  await user.selectOptions(await screen.findByRole("combobox", { name: "Reason" }), "Stayed");
  await user.click(screen.getByRole("button", { name: "Move to lost" }));
  await waitFor(() =>
    expect(moves).toEqual([
      ["a", { stage: "quoted", reason: null, exit_reason: null }],
      ["b", { stage: "lost", reason: null, exit_reason: "Stayed" }],
    ]),
  );
});

it("who may only read moves nothing", async () => {
  const user = await show(false);
  await user.keyboard(" {ArrowRight} {Shift>}{ArrowRight}{/Shift}");
  expect(moves).toEqual([]);
  expect(screen.queryByRole("button", { name: "Move Lead a" })).toBeNull();
});

it("a lead is once on the board, in the column of its newest stage, and first where it came to", () => {
  const found = arrange({
    new: [lead("a", "contacted", 2), lead("b", "new")],
    contacted: [lead("c", "contacted"), lead("a", "new")],
  });
  expect(found.new!.map(({ id }) => id)).toEqual(["b"]);
  expect(found.contacted!.map(({ id }) => id)).toEqual(["c", "a"]);
  expect(
    arrange({ new: [lead("a", "contacted")], contacted: [lead("c", "contacted")] }).contacted!.map(
      ({ id }) => id,
    ),
  ).toEqual(["a", "c"]);
});
