import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import type { Task } from "../api/schema";
import { useShortcuts } from "../commands/shortcuts";
import type * as Session from "../session/session";
import type * as When from "../ui/When";
import { RecordTasks } from "./RecordTasks";
import { readTaskSearch } from "./search";
import { TasksPage } from "./TasksPage";

vi.setConfig({ testTimeout: 60_000 });

vi.mock("../session/session", async (original) => ({
  ...(await original<typeof Session>()),
  useMe: () => ({ user: { id: "me", role: "agent" }, agency: { time_zone: "UTC" } }),
  useMayWrite: () => true,
}));
vi.mock("../ui/When", async (original) => ({
  ...(await original<typeof When>()),
  useNow: () => Date.parse("2027-03-15T12:00:00Z"),
}));

const task = (id: string, title: string, fields: Partial<Task> = {}): Task => ({
  id, title, kind: "call", notes: null, priority: "normal", due_on: "2027-03-15", due_time: null, overdue: false,
  owner_id: "me", team_id: null, state: "open", outcome: null, person_id: "p", lead_id: "l", client_id: null,
  person_name: "Maria Delgado", planned_by: { kind: "person", id: "me", name: "Mia" }, planned_at: "2027-03-01T08:00:00Z",
  closed_by: null, closed_at: null, version: 1, ...fields,
}); // prettier-ignore

let tasks: Task[];
let asked: { what: string; query: string; body: unknown }[];
const sent = (what: string) => asked.filter((each) => each.what === what);

beforeEach(() => {
  asked = [];
  tasks = [task("1", "Call Maria"), task("2", "Quote the roof")];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const body: unknown = request.method === "GET" ? null : await request.json().catch(() => null);
    asked.push({ what: `${request.method} ${pathname}`, query: search, body });
    const [, id, act] = /^\/api\/v1\/tasks\/([^/]+)\/?(.*)$/.exec(pathname) ?? [];
    if (pathname === "/api/v1/users") return Response.json({ items: [], next_cursor: null });
    if (id === "counts")
      return Response.json({
        overdue: 1,
        today: tasks.length,
        upcoming: 0,
        up_to: 1000,
        today_is: "2027-03-15",
      });
    if (request.method === "GET")
      return Response.json({ items: tasks.filter(({ state }) => state === "open"), next_cursor: null });
    if (request.method === "POST" && id === undefined) {
      tasks = [...tasks, task("3", (body as { title: string }).title)];
      return Response.json(tasks.at(-1), { status: 201 });
    }
    const state = ({ complete: "done", cancel: "cancelled", reopen: "open" } as const)[act ?? ""];
    tasks = tasks.map((each) =>
      each.id === id
        ? { ...each, ...(state ? { state } : (body as object)), version: each.version + 1 }
        : each,
    );
    return Response.json(tasks.find((each) => each.id === id));
  });
});

function show(part: "page" | "record", at = "/tasks") {
  const root = createRootRoute({ component: Everything });
  function Everything() {
    useShortcuts();
    return part === "page" ? (
      <TasksPage />
    ) : (
      <RecordTasks about={{ lead_id: "l" }} group="This lead" mayWrite show={() => undefined} />
    );
  }
  const routes = [
    createRoute({ getParentRoute: () => root, path: "/tasks", validateSearch: readTaskSearch }),
    createRoute({ getParentRoute: () => root, path: "/leads/$leadId" }),
  ];
  const router = createRouter({
    routeTree: root.addChildren(routes),
    history: createMemoryHistory({ initialEntries: [at] }),
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <main id="content">
          <RouterProvider router={router as never} />
        </main>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

it("does one after the other by the keyboard, each shown at once", async () => {
  show("page");
  await screen.findByText("Call Maria");
  await userEvent.keyboard("j");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Complete: Call Maria");
  await userEvent.keyboard("d");
  await waitFor(() => expect(sent("POST /api/v1/tasks/1/complete")).toHaveLength(1));
  await waitFor(() => expect(screen.queryByText("Call Maria")).toBeNull());
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Complete: Quote the roof");
  await userEvent.keyboard("p");
  await waitFor(() =>
    expect(sent("PATCH /api/v1/tasks/2").map(({ body }) => body)).toEqual([{ due_on: "2027-03-16" }]),
  );
});

it("asks for one’s own tasks, or for all, as the address says", async () => {
  show("page", "/tasks?due=overdue&whose=all");
  await screen.findByText("Call Maria");
  const lists = sent("GET /api/v1/tasks").map(({ query }) => new URLSearchParams(query));
  expect(lists.map((query) => [query.get("due"), query.get("mine")])).toEqual([["overdue", "false"]]);
  const views = screen.getByRole("navigation", { name: "Views of the tasks" });
  expect(within(views).getByRole("link", { current: "page" }).textContent).toBe("Overdue1");
});

it("plans a task by T, with the day that was chosen", async () => {
  tasks = [];
  show("record");
  await screen.findByRole("button", { name: "Plan a task" });
  await userEvent.keyboard("t");
  const title = await screen.findByLabelText("What is to be done");
  expect(document.activeElement).toBe(title);
  await userEvent.type(title, "Call back about the roof");
  await userEvent.click(screen.getByRole("button", { name: "In 3 days" }));
  await userEvent.type(title, "{Enter}");
  await waitFor(() =>
    expect(sent("POST /api/v1/tasks").map(({ body }) => body)).toEqual([
      {
        lead_id: "l", kind: "call", title: "Call back about the roof", due_on: "2027-03-18", due_time: null,
        owner_id: "me", priority: "normal",
      },
    ]),
  ); // prettier-ignore
  await screen.findByText("Call back about the roof");
  await userEvent.keyboard("d");
  await waitFor(() => expect(sent("POST /api/v1/tasks/3/complete")).toHaveLength(1));
});

it("leaves by Escape without planning anything", async () => {
  show("record");
  await screen.findByText("Quote the roof");
  await userEvent.keyboard("t");
  await userEvent.type(await screen.findByLabelText("What is to be done"), "x{Escape}");
  await screen.findByRole("button", { name: "Plan a task" });
  expect(sent("POST /api/v1/tasks")).toEqual([]);
});
