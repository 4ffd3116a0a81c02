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
import { StrictMode } from "react";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import { forgetHere } from "./session";
import { SignInPage } from "./SignInPage";
import { SingleSignOnPage } from "./SingleSignOnPage";
import { browser } from "./singleSignOn";

const AT = "/api/v1/sessions/single-sign-on";
const session = {
  access_token: "access",
  token_type: "Bearer",
  expires_in: 600,
  refresh_token: "refresh",
  user: { id: "u", name: "Ana", email: "a@b.example", role: "agent", team_ids: [] },
  agency: { id: "a", name: "Maple", time_zone: "America/Chicago", currency: "USD" },
};

let asked: { path: string; body: unknown }[];
let answer: () => Response;
let go: MockInstance<typeof browser.go>;

beforeEach(() => {
  forgetHere();
  sessionStorage.clear();
  go = vi.spyOn(browser, "go").mockImplementation(() => undefined);
  asked = [];
  answer = () =>
    Response.json({ address: "https://login.example/authorize", proof: "the proof" }, { status: 201 });
  vi.stubGlobal("fetch", async (request: Request) => {
    const text = await request.text();
    asked.push({ path: new URL(request.url).pathname, body: text === "" ? null : JSON.parse(text) });
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

function show(search: string) {
  const root = createRootRoute();
  const page = (path: string, component: () => React.ReactNode) =>
    createRoute({ getParentRoute: () => root, path, component });
  const router = createRouter({
    routeTree: root.addChildren([
      page("/", () => <p>Today</p>),
      page("/settings/$view", () => <p>Settings</p>),
      page("/single-sign-on", () => <SingleSignOnPage search={search} />),
    ]),
    history: createMemoryHistory({ initialEntries: ["/single-sign-on"] }),
  });
  render(
    <StrictMode>
      <MantineProvider>
        <QueryClientProvider client={createQueryClient()}>
          <RouterProvider router={router as never} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
  return userEvent.setup();
}

const kept = (test: boolean) =>
  sessionStorage.setItem("gardenos.single-sign-on", JSON.stringify({ proof: "the proof", test }));

describe("single sign-on", () => {
  it("begins by an address, and keeps the proof in this tab", async () => {
    render(
      <MantineProvider>
        <QueryClientProvider client={createQueryClient()}>
          <SignInPage reason={null} />
        </QueryClientProvider>
      </MantineProvider>,
    );
    const user = userEvent.setup();
    await user.type(screen.getByLabelText("Email"), "ana@maple.example");
    await user.click(screen.getByRole("button", { name: "Continue with single sign-on" }));
    expect((screen.getByLabelText("Work email") as HTMLInputElement).value).toBe("ana@maple.example");
    await user.click(screen.getByRole("button", { name: "Continue" }));
    await waitFor(() => expect(go).toHaveBeenCalledWith("https://login.example/authorize"));
    // Whether an agency may be registered is asked as well.
    expect(asked.filter(({ path }) => path === AT)).toEqual([
      { path: AT, body: { email: "ana@maple.example" } },
    ]);
    expect(sessionStorage.getItem("gardenos.single-sign-on")).toContain("the proof");
    expect(JSON.stringify(localStorage)).not.toContain("the proof");
  });

  it("begins by the agency's link", async () => {
    const user = show("?agency=0198c0de-0000-7000-8000-000000000001");
    await user.click(await screen.findByRole("button", { name: "Continue with single sign-on" }));
    await waitFor(() => expect(go).toHaveBeenCalledOnce());
    expect(asked[0]!.body).toEqual({ agency_id: "0198c0de-0000-7000-8000-000000000001" });
  });

  it("comes back with a code, once, and is signed in", async () => {
    kept(false);
    answer = () => Response.json(session, { status: 201 });
    show("?code=1e5&state=in");
    await screen.findByText("Today");
    expect(asked).toEqual([
      { path: `${AT}/completion`, body: { code: "1e5", state: "in", proof: "the proof" } },
    ]);
    expect(localStorage.getItem("gardenos.session")).toBe("refresh");
    expect(sessionStorage.getItem("gardenos.single-sign-on")).toBeNull();
  });

  it("says why somebody is not signed in", async () => {
    kept(false);
    answer = () =>
      Response.json({ detail: "nobody in this agency has the address a@b.example" }, { status: 403 });
    show("?code=c&state=refused");
    await screen.findByText("Nobody in this agency has the address a@b.example.");
    expect(screen.getByRole("link", { name: "Back to signing in" })).toBeTruthy();
    expect(localStorage.getItem("gardenos.session")).toBeNull();
  });

  it("asks nobody where another browser began it, or the provider refused", async () => {
    show("?code=c&state=strange");
    await screen.findByText(/begun in another tab or browser/);
    document.body.innerHTML = "";
    show("?error=access_denied&state=s");
    await screen.findByText("Your agency's sign-in answers: access_denied");
    expect(asked).toEqual([]);
  });

  it("tells whoever tests it for whom the provider vouches", async () => {
    kept(true);
    answer = () => Response.json({ email: "olga@maple.example", name: "Olga" });
    const user = show("?code=c&state=test");
    await screen.findByRole("heading", { name: "Single sign-on works" });
    expect(asked.map(({ path }) => path)).toEqual([`${AT}/test/completion`]);
    await user.click(screen.getByRole("button", { name: "Back to the settings" }));
    await screen.findByText("Settings");
  });
});
