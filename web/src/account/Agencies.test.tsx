import { MantineProvider, Menu } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import { Agencies } from "./Agencies";

afterEach(() => vi.unstubAllGlobals());

const here = { id: "a", name: "Maple", role: "owner", current: true };
const there = { id: "b", name: "Birch", role: "manager", current: false };

const menu = () => (
  <Menu opened>
    <Menu.Dropdown>
      <Agencies />
      <Menu.Item>Sign out</Menu.Item>
    </Menu.Dropdown>
  </Menu>
);

function show(items: object[]) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    if (input instanceof Request) return Response.json({ items, next_cursor: null });
    asked.push(`${input} ${String(init?.body)}`);
    return Response.json(
      {
        access_token: "access",
        expires_in: 600,
        refresh_token: "there",
        user: { id: "u" },
        agency: { id: "b" },
      },
      { status: 201 },
    );
  });
  const root = createRootRoute({
    component: () => (
      <>
        {menu()}
        <Outlet />
      </>
    ),
  });
  const page = (path: string, text: string) =>
    createRoute({ getParentRoute: () => root, path, component: () => <p>{text}</p> });
  const router = createRouter({
    routeTree: root.addChildren([page("/", "Today"), page("/leads", "Leads")]),
    history: createMemoryHistory({ initialEntries: ["/leads"] }),
  });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return asked;
}

it("offers the other agencies, and lands on today in the one that is chosen", async () => {
  const asked = show([there, here]);
  await userEvent.click(await screen.findByRole("menuitem", { name: "Birch · Manager" }));
  await screen.findByText("Today");
  expect(asked).toEqual(['/api/v1/sessions/switch {"agency_id":"b"}']);
  expect(screen.queryByText(/Maple/)).toBeNull();
});

it("says nothing where there is one agency", async () => {
  show([here]);
  await screen.findByText("Sign out");
  await waitFor(() => expect(screen.queryByText("Go to another agency")).toBeNull());
});
