import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import { begin } from "../../session/session";
import { browser } from "../../session/singleSignOn";
import { SingleSignOn } from "./SingleSignOn";

const nothing = {
  issuer: null,
  client: null,
  domains: [],
  required: false,
  joins_as: null,
  tested_at: null,
  callback: "https://garden.example/single-sign-on",
  link: "https://garden.example/single-sign-on?agency=a",
  version: 0,
};
const settled = {
  ...nothing,
  issuer: "https://login.example",
  client: "gardenos",
  domains: ["maple.example"],
  version: 3,
};
const tested = { ...settled, tested_at: "2026-11-20T12:00:00Z" };

let asked: { method: string; path: string; body: unknown; ifMatch: string | null }[];
let now: object;
let go: MockInstance<typeof browser.go>;

beforeEach(() => {
  localStorage.clear();
  go = vi.spyOn(browser, "go").mockImplementation(() => undefined);
  asked = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const text = await request.text();
    const path = new URL(request.url).pathname.replace("/api/v1/sessions/single-sign-on", "");
    const ifMatch = request.headers.get("if-match");
    if (request.method !== "GET") {
      asked.push({ method: request.method, path, body: text === "" ? null : JSON.parse(text), ifMatch });
    }
    if (path === "/test")
      return Response.json({ address: "https://login.example/a", proof: "p" }, { status: 201 });
    return Response.json(now);
  });
});
afterEach(() => vi.unstubAllGlobals());

function show(role: "owner" | "agent", first: object) {
  now = first;
  begin({
    access_token: "access",
    token_type: "Bearer",
    expires_in: 600,
    refresh_token: "refresh",
    user: { id: "u", name: "Ana", email: "a@b.example", role, team_ids: [] },
    agency: { id: "a", name: "Maple", time_zone: "America/Chicago", currency: "USD" },
  } as unknown as Parameters<typeof begin>[0]);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <SingleSignOn />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return userEvent.setup();
}

const enter = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

const required = () => screen.getByRole("checkbox") as HTMLInputElement;

describe("the settings of single sign-on", () => {
  it("are set up, and cannot be required or tested before they are saved", async () => {
    const user = show("owner", nothing);
    await screen.findByText(nothing.callback);
    expect(required().disabled).toBe(true);
    expect(screen.getByRole("button", { name: "Test it" }).hasAttribute("disabled")).toBe(true);
    enter("Issuer", "https://login.example");
    enter("Client ID", "gardenos");
    enter("Client secret", "s3cret");
    enter("Domains", "maple.example, oak.example");
    await user.selectOptions(screen.getByLabelText("Who joins unasked"), "viewer");
    now = settled;
    await user.click(screen.getByRole("button", { name: "Save" }));
    await screen.findByText("Not tested");
    expect(asked).toEqual([
      {
        method: "PUT",
        path: "/settings",
        body: {
          issuer: "https://login.example",
          client: "gardenos",
          secret: "s3cret",
          domains: ["maple.example", "oak.example"],
          required: false,
          joins_as: "viewer",
        },
        ifMatch: '"0"',
      },
    ]);
    expect((screen.getByLabelText("Client secret") as HTMLInputElement).value).toBe("");
    await user.click(screen.getByRole("button", { name: "Test it" }));
    await waitFor(() => expect(go).toHaveBeenCalledWith("https://login.example/a"));
  });

  it("are required once a test has passed, and not while another provider is typed in", async () => {
    const user = show("owner", tested);
    await screen.findByText("Works");
    await user.click(required());
    expect(required().checked).toBe(true);
    enter("Issuer", "https://other.example");
    expect([required().checked, required().disabled]).toEqual([false, true]);
    enter("Issuer", "https://login.example");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(asked).toHaveLength(1));
    expect(asked[0]!.body).toMatchObject({ required: true, secret: null });
  });

  it("are turned off by who says so twice", async () => {
    const user = show("owner", tested);
    await user.click(await screen.findByRole("button", { name: "Turn it off" }));
    await screen.findByRole("dialog");
    now = nothing;
    await user.click(screen.getAllByRole("button", { name: "Turn it off" }).at(-1)!);
    await waitFor(() => expect(asked.map(({ method }) => method)).toEqual(["DELETE"]));
    await waitFor(() => expect((screen.getByLabelText("Issuer") as HTMLInputElement).value).toBe(""));
  });

  it("are not shown to who may not change them", async () => {
    show("agent", tested);
    await screen.findByText(/Owners and admins of the agency/);
    expect(screen.queryByLabelText("Issuer")).toBeNull();
  });
});
