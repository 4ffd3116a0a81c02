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
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import { forgetHere } from "../../session/session";
import { JoinPage } from "./JoinPage";

let asked: { path: string; body: Record<string, unknown> }[];
let answers: Record<string, () => Response>;

const told = {
  agency: "Garden",
  email: "ann@garden.example",
  role: "manager",
  expires_at: "2030-01-01T00:00:00Z",
};
const session = {
  access_token: "access",
  token_type: "Bearer",
  expires_in: 600,
  refresh_token: "refresh",
  user: { id: "u", name: "Ann", email: told.email, role: "manager", team_ids: [] },
  agency: { id: "a", name: "Garden", time_zone: "America/Chicago", currency: "USD" },
};

beforeEach(() => {
  forgetHere();
  localStorage.clear();
  location.hash = "#a.b.c";
  asked = [];
  answers = {
    "/api/v1/invitations/look": () => Response.json(told),
    "/api/v1/invitations/accept": () => Response.json({ email: told.email }, { status: 201 }),
    "/api/v1/sessions": () => Response.json(session, { status: 201 }),
  };
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    const request = new Request(new URL(input instanceof Request ? input.url : input, location.origin), {
      method: "POST",
      body: input instanceof Request ? await input.text() : init?.body,
    });
    const path = new URL(request.url).pathname;
    asked.push({ path, body: JSON.parse(await request.text()) as Record<string, unknown> });
    return answers[path]!();
  });
});
afterEach(() => vi.unstubAllGlobals());

function show() {
  const root = createRootRoute();
  const home = createRoute({ getParentRoute: () => root, path: "/", component: () => <p>Today</p> });
  const join = createRoute({ getParentRoute: () => root, path: "/join", component: JoinPage });
  const router = createRouter({
    routeTree: root.addChildren([home, join]),
    history: createMemoryHistory({ initialEntries: ["/join"] }),
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return userEvent.setup();
}

const refusal = (status: number, detail: string, pointer?: string) =>
  Response.json({ detail, errors: pointer ? [{ pointer, detail }] : [] }, { status });

describe("joining", () => {
  it("says where one joins and as what, and signs in with the address that was invited", async () => {
    const user = show();
    await screen.findByRole("heading", { name: "Join Garden" });
    expect(screen.getByText("ann@garden.example")).toBeTruthy();
    await user.type(screen.getByLabelText("Your name"), "Ann Agent");
    await user.type(screen.getByLabelText("Password"), "correct horse battery{Enter}");
    await screen.findByText("Today");
    expect(asked.map(({ path }) => path)).toEqual([
      "/api/v1/invitations/look",
      "/api/v1/invitations/accept",
      "/api/v1/sessions",
    ]);
    expect(asked[1]!.body).toEqual({ token: "a.b.c", name: "Ann Agent", password: "correct horse battery" });
    expect(asked[2]!.body).toEqual({ email: "ann@garden.example", password: "correct horse battery" });
    expect(localStorage.getItem("gardenos.session")).toBe("refresh");
  });

  it("tells a link that is used up, and offers no form", async () => {
    answers["/api/v1/invitations/look"] = () => refusal(404, "this invitation is not good any more");
    show();
    await screen.findByRole("heading", { name: "This invitation is not good" });
    expect(screen.getByText("This invitation is not good any more.")).toBeTruthy();
    expect(screen.queryByLabelText("Password")).toBeNull();
  });

  it("asks nobody about a link that is not whole", async () => {
    location.hash = "";
    show();
    await screen.findByText("The link is not whole. Open it from the letter again.");
    expect(asked).toEqual([]);
  });

  it("keeps what was typed where the password is refused", async () => {
    answers["/api/v1/invitations/accept"] = () =>
      refusal(422, "a password has 12 to 200 characters", "/password");
    const user = show();
    await user.type(await screen.findByLabelText("Your name"), "Ann");
    await user.type(screen.getByLabelText("Password"), "short{Enter}");
    await screen.findByText("A password has 12 to 200 characters");
    expect((screen.getByLabelText("Your name") as HTMLInputElement).value).toBe("Ann");
    await waitFor(() => expect(asked.some(({ path }) => path === "/api/v1/sessions")).toBe(false));
  });

  it("takes who is known by the login they have, and goes on where they joined", async () => {
    answers["/api/v1/invitations/join"] = () =>
      Response.json({ user: session.user, agency: { ...session.agency, id: "b" } }, { status: 201 });
    let away = true;
    answers["/api/v1/sessions/switch"] = () =>
      away
        ? refusal(503, "busy for a moment")
        : Response.json({ ...session, refresh_token: "there", agency: { ...session.agency, id: "b" } });
    const user = show();
    await user.click(await screen.findByRole("button", { name: "I use GardenOS with this address already" }));
    await screen.findByText("Sign in, then you join Garden.");
    expect((screen.getByLabelText("Email") as HTMLInputElement).value).toBe("ann@garden.example");
    await user.type(screen.getByLabelText("Password"), "the one I have{Enter}");
    await user.click(await screen.findByRole("button", { name: "Join" }));
    await screen.findByText("Busy for a moment.");
    away = false;
    await user.click(screen.getByRole("button", { name: "Join" }));
    await screen.findByText("Today");
    expect(asked.filter(({ path }) => path === "/api/v1/invitations/join")).toHaveLength(1);
    expect(asked.at(-1)!.body).toEqual({ agency_id: "b" });
    expect(asked.some(({ path }) => path === "/api/v1/invitations/accept")).toBe(false);
    expect(localStorage.getItem("gardenos.session")).toBe("there");
  });
});
