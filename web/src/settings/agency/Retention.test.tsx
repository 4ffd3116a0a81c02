import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type * as Session from "../../session/session";
import { Retention } from "./Retention";

let administers = true;

vi.mock("../../session/session", async (load) => ({
  ...(await load<typeof Session>()),
  useMayAdminister: () => administers,
}));

afterEach(() => {
  administers = true;
  vi.unstubAllGlobals();
});

interface Said {
  leads?: Record<string, number>;
  announced?: { forget_on: string; months: number; closed_before: string; leads: number } | null;
  status?: number;
}

let asked: string[];

function show({ leads = {}, announced = null, status = 200 }: Said = {}) {
  asked = [];
  vi.stubGlobal("fetch", async (input: Request | string) => {
    const { searchParams } = new URL(input instanceof Request ? input.url : input, location.origin);
    const months = searchParams.get("months");
    asked.push(months ?? "in force");
    if (status !== 200) {
      const problem = { type: "about:blank", title: "Away", status, detail: "come again later" };
      return Response.json(problem, { status, headers: { "Content-Type": "application/problem+json" } });
    }
    return Response.json({
      months: months === null ? 24 : Number(months),
      closed_before: "2024-11-30T08:00:00Z",
      leads: leads[months ?? "24"] ?? 0,
      notice_days: 7,
      announced,
    });
  });
  const root = createRootRoute({ component: Outlet });
  const here = createRoute({ getParentRoute: () => root, path: "/", component: Chosen });
  const list = createRoute({ getParentRoute: () => root, path: "/leads", component: () => null });
  const router = createRouter({
    routeTree: root.addChildren([here, list]),
    history: createMemoryHistory({ initialEntries: ["/"] }),
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const inForce = { closed_leads_months: 24, conversations_months: null };

function Chosen() {
  const [kept, change] = useState<Parameters<typeof Retention>[0]["kept"]>(inForce);
  return <Retention kept={kept} inForce={inForce} change={change} error={null} />;
}

it("says whom a rule concerns before it is saved, and leads to them", async () => {
  show({ leads: { 24: 1, 12: 1200 } });
  expect(
    await screen.findByText(/1 lead is kept longer than that today/, undefined, { timeout: 5000 }),
  ).toBeTruthy();
  await userEvent.selectOptions(screen.getByLabelText("Leads that were lost or removed"), "1 year");
  const many = await screen.findByText(/1,200 leads are kept longer than that today, and would be announced/);
  expect(many.querySelector("a")!.href).toMatch(/\/leads\?filter=.*closed_since.*2024-11-30/);
  await userEvent.selectOptions(screen.getByLabelText("Leads that were lost or removed"), "Kept for good");
  expect(screen.queryByText(/kept longer than that today/)).toBeNull();
});

it("says what is announced, and when", async () => {
  const announced = { forget_on: "2026-12-07", months: 24, closed_before: "2024-11-30T08:00:00Z", leads: 12 };
  show({ leads: { 24: 12 }, announced });
  const said = await screen.findByRole("status");
  expect(said.textContent).toContain("In the night to Dec 7, 2026, 12 leads will be forgotten");
  expect(said.textContent).toContain("kept for more than 2 years");
});

it("says that nobody could be counted", async () => {
  show({ status: 422 });
  expect((await screen.findByRole("alert")).textContent).toContain("This count could not be shown");
});

it("counts for nobody who may not change it", async () => {
  administers = false;
  show({ leads: { 24: 12 } });
  expect(await screen.findByLabelText("Leads that were lost or removed")).toBeTruthy();
  expect(asked).toEqual([]);
  expect(screen.queryByText(/kept longer than that today/)).toBeNull();
});
