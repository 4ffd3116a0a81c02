import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { codeOf, isCode } from "./code";
import { SignInPage } from "./SignInPage";

const session = {
  access_token: "access",
  token_type: "Bearer",
  expires_in: 600,
  refresh_token: "refresh",
  user: { id: "u", name: "Ana", email: "a@b.example", role: "agent", team_ids: [] },
  agency: { id: "a", name: "Maple", time_zone: "America/Chicago", currency: "USD" },
};

let asked: { path: string; body: unknown }[];
let answers: (() => Response)[];

beforeEach(() => {
  localStorage.clear();
  asked = [];
  answers = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    asked.push({ path: new URL(request.url).pathname, body: JSON.parse(await request.text()) });
    return answers.shift()!();
  });
});
afterEach(() => vi.unstubAllGlobals());

const problem = (status: number, detail: string, pointer?: string, headers?: Record<string, string>) =>
  Response.json({ detail, errors: pointer ? [{ pointer, detail }] : undefined }, { status, headers });
const challenged = () => Response.json({ challenge: "asked", expires_in: 300 }, { status: 202 });

function show() {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <SignInPage reason={null} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return userEvent.setup();
}

async function signIn(user: ReturnType<typeof userEvent.setup>) {
  await user.type(screen.getByLabelText("Email"), "a@b.example");
  await user.type(screen.getByLabelText("Password"), "correct horse battery{Enter}");
}

describe("signing in", () => {
  it("asks for a code where there is a second factor, and sends it once all six digits are there", async () => {
    answers.push(challenged, () => Response.json(session, { status: 201 }));
    const user = show();
    await signIn(user);
    const field = await screen.findByLabelText("Code");
    await waitFor(() => expect(document.activeElement).toBe(field));
    await user.type(field, "123 456");
    await waitFor(() => expect(localStorage.getItem("gardenos.session")).toBe("refresh"));
    expect(asked.at(-1)).toEqual({
      path: "/api/v1/sessions/second-factor",
      body: { challenge: "asked", code: "123456" },
    });
    expect(asked).toHaveLength(2);
  });

  it("says at the field that a code is wrong, and takes the next", async () => {
    answers.push(challenged, () => problem(422, "this code is not right", "/code"));
    const user = show();
    await signIn(user);
    await user.type(await screen.findByLabelText("Code"), "123456");
    await screen.findByText("This code is not right");
    answers.push(() => Response.json(session, { status: 201 }));
    await user.clear(screen.getByLabelText("Code"));
    await user.type(screen.getByLabelText("Code"), "654321");
    await waitFor(() => expect(localStorage.getItem("gardenos.session")).toBe("refresh"));
  });

  it("takes a recovery code as it stands, when it is sent", async () => {
    answers.push(challenged, () => Response.json(session, { status: 201 }));
    const user = show();
    await signIn(user);
    await user.click(await screen.findByRole("button", { name: "I do not have my app at hand" }));
    await user.type(screen.getByLabelText("Recovery code"), "k3vd-222222{Enter}");
    await waitFor(() => expect(asked).toHaveLength(2));
    expect(asked.at(-1)!.body).toEqual({ challenge: "asked", code: "k3vd-222222" });
  });

  it("begins anew where the challenge was too old, and says why", async () => {
    answers.push(challenged, () => problem(401, "that took too long; sign in again with your password"));
    const user = show();
    await signIn(user);
    await user.type(await screen.findByLabelText("Code"), "123456");
    await screen.findByText("That took too long; sign in again with your password.");
    expect((screen.getByLabelText("Email") as HTMLInputElement).value).toBe("a@b.example");
  });

  it("tells how long to wait after too many tries", async () => {
    answers.push(() => problem(429, "too often", undefined, { "Retry-After": "240" }));
    await signIn(show());
    await screen.findByText("This was tried too often. Wait 4 minutes, then try again.");
  });

  it("has a link sent for a forgotten password, to the address that was typed", async () => {
    answers.push(() => new Response(null, { status: 202, headers: { "Content-Length": "0" } }));
    const user = show();
    await user.type(screen.getByLabelText("Email"), "a@b.example");
    await user.click(screen.getByRole("button", { name: "I forgot my password" }));
    expect((screen.getByLabelText("Email") as HTMLInputElement).value).toBe("a@b.example");
    await user.click(screen.getByRole("button", { name: "Send the link" }));
    await screen.findByRole("heading", { name: "Look in your mail" });
    expect(asked).toEqual([{ path: "/api/v1/users/password-resets", body: { email: "a@b.example" } }]);
  });
});

describe("a code", () => {
  it("may be typed in groups", () => {
    expect(codeOf(" 123 4-56 ")).toBe("123456");
    expect([isCode("123 456"), isCode("12345"), isCode("1234567"), isCode("abcdef")]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
