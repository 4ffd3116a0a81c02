import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api, data } from "../api/client";
import { AtRestPage } from "./AtRestPage";
import { begin, start, useSession } from "./session";

const session = {
  access_token: "access",
  token_type: "Bearer",
  expires_in: 600,
  refresh_token: "refresh",
  user: { id: "u", name: "Ana", email: "a@b.example", role: "agent", team_ids: [] },
  agency: { id: "a", name: "Maple", time_zone: "America/Chicago", currency: "USD" },
};
const suspended = () =>
  Response.json(
    { type: "urn:gardenos:agency-suspended", detail: "your agency is suspended; turn to desk@x.example" },
    { status: 403 },
  );

let standing: boolean;
let ended: number;

beforeEach(() => {
  localStorage.clear();
  standing = true;
  ended = 0;
  vi.stubGlobal("fetch", async (input: Request | string) => {
    const path = new URL(input instanceof Request ? input.url : input, "http://x").pathname;
    if (standing) return suspended();
    if (path.endsWith("/sessions/current")) ended += 1;
    if (path.endsWith("/refresh")) return Response.json(session, { status: 201 });
    return new Response(null, { status: 204 });
  });
});
afterEach(() => vi.unstubAllGlobals());

function Screen() {
  const now = useSession();
  return now.status === "at-rest" ? <AtRestPage type={now.type} words={now.words} /> : <p>{now.status}</p>;
}

const forget = vi.fn();
start(forget);

function show() {
  begin(session as never);
  forget.mockClear();
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <Screen />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return userEvent.setup();
}

it("whatever is asked for shows that the agency is suspended, and it goes on where it was", async () => {
  const user = show();
  expect(screen.getByText("signed-in")).toBeTruthy();
  await expect(data(api.GET("/api/v1/users"))).rejects.toMatchObject({ status: 403, isOfAgency: true });
  expect(await screen.findByRole("heading", { name: "Your agency is suspended" })).toBeTruthy();
  expect(screen.getByText("Your agency is suspended; turn to desk@x.example.")).toBeTruthy();
  expect(forget).toHaveBeenCalled();
  // Still so.
  await user.click(screen.getByRole("button", { name: "Look again" }));
  expect(screen.getByRole("heading", { name: "Your agency is suspended" })).toBeTruthy();
  expect(localStorage.getItem("gardenos.session")).toBe("refresh");
  standing = false;
  await waitFor(() =>
    expect(screen.getByRole("button", { name: "Look again" })).toHaveProperty("disabled", false),
  );
  await user.click(screen.getByRole("button", { name: "Look again" }));
  expect(await screen.findByText("signed-in")).toBeTruthy();
});

it("lets whoever stands there sign out", async () => {
  const user = show();
  await expect(data(api.GET("/api/v1/users"))).rejects.toMatchObject({ isOfAgency: true });
  await user.click(await screen.findByRole("button", { name: "Sign out" }));
  expect(await screen.findByText("signed-out")).toBeTruthy();
  expect(localStorage.getItem("gardenos.session")).toBeNull();
  expect(ended).toBe(0);
});
