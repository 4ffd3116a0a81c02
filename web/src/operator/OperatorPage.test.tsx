import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import { OperatorPage } from "./OperatorPage";
import { leave } from "./session";

const session = {
  token: "gop_1_secret",
  ends_at: "2026-11-29T20:00:00Z",
  operator: { id: "o", email: "ops@platform.example" },
};
const maple = {
  id: "m",
  name: "Maple",
  registered_at: "2026-11-01T10:00:00Z",
  people: 12,
  state: "active",
  suspended_at: null as string | null,
  reason: null as string | null,
  turn_to: null,
};

let shown: (typeof maple)[];
let asked: { method: string; path: string; query: string; token: string | null; body: string }[];
let signingIn: () => Response;
let listing: () => Response;
let removing: () => Response;

beforeEach(() => {
  shown = [maple, { ...maple, id: "w", name: "Willow" }];
  asked = [];
  signingIn = () => Response.json(session, { status: 201 });
  removing = () => new Response(null, { status: 204 });
  listing = () => Response.json({ items: shown, next_cursor: null });
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path, search: query } = new URL(request.url);
    const token = request.headers.get("authorization");
    asked.push({ method: request.method, path, query, token, body: await request.text() });
    if (path.endsWith("/operators/sessions")) return signingIn();
    if (path.endsWith("/sessions/current")) return new Response(null, { status: 204 });
    if (path.endsWith("/second-factor-removals")) return removing();
    if (path.endsWith("/suspension")) {
      const suspended = request.method === "PUT";
      const now = {
        ...maple,
        state: suspended ? "suspended" : "active",
        suspended_at: suspended ? "2026-11-29T01:00:00Z" : null,
        reason: suspended ? "an invoice is open" : null,
      };
      shown = [now, shown[1]!];
      return Response.json(now);
    }
    return listing();
  });
});
afterEach(async () => {
  await leave();
  vi.unstubAllGlobals();
});

async function show() {
  const user = userEvent.setup();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <OperatorPage />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await user.type(screen.getByLabelText("Email"), "ops@platform.example");
  await user.type(screen.getByLabelText("Password"), "secret");
  await user.type(screen.getByLabelText("Code"), "123456{Enter}");
  return user;
}

it("asks for all three at once, keeps the token in this tab, and shows it to operators' operations alone", async () => {
  await show();
  expect(await screen.findByRole("rowheader", { name: "Maple" })).toBeTruthy();
  expect(JSON.parse(asked[0]!.body)).toEqual({
    email: "ops@platform.example",
    password: "secret",
    code: "123456",
  });
  expect(asked[1]).toMatchObject({ path: "/api/v1/operators/agencies", token: "Bearer gop_1_secret" });
  expect(sessionStorage.getItem("gardenos.operator")).toContain("gop_1_secret");
  expect(localStorage.length).toBe(0);
});

it("says what is wrong, and asks again", async () => {
  signingIn = () => Response.json({ detail: "the email address or the code is wrong" }, { status: 401 });
  await show();
  expect((await screen.findByRole("alert")).textContent).toBe("The email address or the code is wrong.");
  expect(screen.getByRole("button", { name: "Sign in as an operator" })).toBeTruthy();
});

it("takes a lost second factor away by its owner's address, and says where there is none", async () => {
  const user = await show();
  await user.click(await screen.findByRole("button", { name: "Lost second factor…" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Take a lost second factor away?" }));
  const now = dialog.getByRole("button", { name: "Take it away now" });
  expect(now).toHaveProperty("disabled", true);
  await user.type(dialog.getByLabelText("Email"), "ana@b.example");
  removing = () =>
    Response.json({ detail: "nobody signs in by this address with a second factor" }, { status: 404 });
  await user.click(now);
  await dialog.findByText("Nobody signs in by this address with a second factor.");
  removing = () => new Response(null, { status: 204 });
  await user.click(now);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const sent = asked.findLast(({ path }) => path.endsWith("/second-factor-removals"))!;
  expect(sent).toMatchObject({ method: "POST", token: "Bearer gop_1_secret" });
  expect(JSON.parse(sent.body)).toEqual({ email: "ana@b.example" });
});

it("suspends with a reason, once it was asked, and resumes", async () => {
  const user = await show();
  await user.click(await screen.findByRole("button", { name: "Suspend Maple" }));
  const dialog = await screen.findByRole("dialog", { name: "Suspend Maple?" });
  const now = within(dialog).getByRole("button", { name: "Suspend it now" });
  expect(now).toHaveProperty("disabled", true);
  await user.type(within(dialog).getByLabelText("Reason"), "an invoice is open");
  await user.click(now);
  await screen.findByRole("button", { name: "Resume Maple" });
  const put = asked.find(({ method }) => method === "PUT")!;
  expect(put.path).toBe("/api/v1/operators/agencies/m/suspension");
  expect(JSON.parse(put.body)).toEqual({ reason: "an invoice is open", turn_to: null });
  const row = screen.getByRole("rowheader", { name: /Maple/ }).closest("tr")!;
  expect(row.textContent).toContain("Suspended");
  expect(row.textContent).toContain("an invoice is open");
  await user.click(screen.getByRole("button", { name: "Resume Maple" }));
  const asking = await screen.findByRole("dialog", { name: "Resume Maple?" });
  expect(asked.some(({ path, method }) => path.endsWith("/suspension") && method === "DELETE")).toBe(false);
  await user.click(within(asking).getByRole("button", { name: "Resume it now" }));
  expect(await screen.findByRole("button", { name: "Suspend Maple" })).toBeTruthy();
});

it("searches, and tells nothing found from nothing there", async () => {
  const user = await show();
  await screen.findByRole("rowheader", { name: "Maple" });
  listing = () => Response.json({ items: [], next_cursor: null });
  await user.type(screen.getByLabelText("Search in agencies"), "oak");
  expect(await screen.findByText("No agency is like that")).toBeTruthy();
  await waitFor(() => expect(asked.at(-1)!.query).toBe("?q=oak"));
});

it("asks to sign in again where the session has ended, and has forgotten what was shown", async () => {
  const user = await show();
  await screen.findByRole("rowheader", { name: "Maple" });
  listing = () => Response.json({ detail: "this session has ended" }, { status: 401 });
  await user.type(screen.getByLabelText("Search in agencies"), "oak");
  expect((await screen.findByRole("status")).textContent).toBe(
    "Your session has ended. Please sign in again.",
  );
  expect(screen.queryByText("Maple")).toBeNull();
  expect(sessionStorage.getItem("gardenos.operator")).toBeNull();
});
