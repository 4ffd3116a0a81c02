import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import { anInsight } from "../test/insight";
import { WorthActingOn } from "./Cards";

vi.mock("../ui/zone", () => ({ useZone: () => "America/Chicago" }));
vi.mock("../ui/When", () => ({ When: () => null }));

afterEach(() => vi.unstubAllGlobals());

const step = (id: string, lead: string, client: string | null = null) =>
  anInsight({ id, kind: "next_step", value: id, lead_id: lead, client_id: client });

it("asks for the names of all whom it shows at once, and opens nobody", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (input: Request) => {
    const { pathname, searchParams } = new URL(input.url);
    asked.push(`${pathname} ${searchParams.getAll("id").join(" ")}`.trim());
    const items =
      pathname === "/api/v1/insights"
        ? [step("one", "l-1"), step("two", "l-2"), step("three", "l-3", "c-3")]
        : pathname === "/api/v1/leads"
          ? [{ id: "l-1", display_name: "Maria Delgado" }]
          : [{ id: "c-3", display_name: "Tom Baker" }];
    return Response.json({ items, next_cursor: null });
  });
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: "/", component: () => <WorthActingOn /> });
  const router = createRouter({
    routeTree: root.addChildren([page]),
    history: createMemoryHistory({ initialEntries: ["/"] }),
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  expect(await screen.findByText(/Maria Delgado/)).toBeTruthy();
  expect(await screen.findByText(/Tom Baker/)).toBeTruthy();
  // Who is out of sight has no name here.
  await waitFor(() => expect(screen.getByText(/Somebody/)).toBeTruthy());
  expect(asked.toSorted()).toEqual(["/api/v1/clients c-3", "/api/v1/insights", "/api/v1/leads l-1 l-2"]);
});
