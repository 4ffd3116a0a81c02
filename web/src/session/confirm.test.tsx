import { MantineProvider, Modal, TextInput } from "@mantine/core";
import { QueryClientProvider, useMutation } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api, data } from "../api/client";
import { createQueryClient } from "../api/queries";
import { ConfirmHost } from "./ConfirmHost";
import { begin, start } from "./session";

const session = {
  access_token: "old",
  token_type: "Bearer" as const,
  expires_in: 600,
  refresh_token: "refresh",
  user: { id: "u", name: "Ana" },
  agency: { id: "a", name: "Maple" },
};

let asked: { method: string; path: string; token: string | null; body: unknown }[];
let since: string | null;
let right: (said: { password: string; code: string | null }) => Response | null;

const problem = (status: number, detail: string, more: object = {}) =>
  Response.json({ detail, ...more }, { status });

beforeEach(() => {
  localStorage.clear();
  asked = [];
  since = null;
  right = () => null;
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    const text = await request.text();
    const body = text ? JSON.parse(text) : null;
    const token = request.headers.get("authorization");
    asked.push({ method: request.method, path, token, body });
    if (path.endsWith("/second-factor")) return Response.json({ since, recovery_codes_left: 0 });
    if (path.endsWith("/confirmation"))
      return (
        right(body) ??
        Response.json({ access_token: "new", token_type: "Bearer", expires_in: 600 }, { status: 201 })
      );
    return token === "Bearer new"
      ? Response.json({ key: "gos" }, { status: 201 })
      : problem(403, "confirm first that it is you", { type: "urn:gardenos:confirmation-needed" });
  });
  start(() => undefined);
  begin(session as unknown as Parameters<typeof begin>[0]);
});
afterEach(() => vi.unstubAllGlobals());

/** A dialog whose entries are not to be lost, and what asks for a confirmation. */
function Page() {
  const [opened, setOpened] = useState(true);
  const making = useMutation({
    mutationFn: () =>
      data(
        api.POST("/api/v1/api-keys", {
          body: { name: "Form", scopes: ["records:read"], expires_in_days: 90 },
        }),
      ),
  });
  return (
    <Modal opened={opened} onClose={() => setOpened(false)} title="Make an API key">
      <TextInput label="Name" defaultValue="Form" />
      <button type="button" onClick={() => making.mutate()}>
        Make
      </button>
      {making.isSuccess && <p>Made</p>}
      {making.isError && <p>{making.error.message}</p>}
    </Modal>
  );
}

function show() {
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <Page />
        <ConfirmHost />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return userEvent.setup();
}

const question = () => screen.findByRole("dialog", { name: "Confirm that it is you" }, { timeout: 20_000 });
const made = () => asked.filter(({ path }) => path.endsWith("/api-keys"));

// The dialog is loaded once it is needed, which takes its time where much else is at work.
vi.setConfig({ testTimeout: 30_000 });

it("asks for the password, and then does what was wanted", async () => {
  right = ({ password }) =>
    password === "secret"
      ? null
      : problem(422, "this is not your password", {
          errors: [{ pointer: "/password", detail: "this is not your password" }],
        });
  const person = show();
  await person.click(await screen.findByText("Make"));
  const dialog = within(await question());
  await person.type(await dialog.findByLabelText("Your password"), "wrong{Enter}");
  await dialog.findByText("This is not your password");
  expect(dialog.queryByLabelText("Code")).toBeNull();
  await person.clear(dialog.getByLabelText("Your password"));
  await person.type(dialog.getByLabelText("Your password"), "secret{Enter}");
  await screen.findByText("Made");
  expect(made().map(({ token }) => token)).toEqual(["Bearer old", "Bearer new"]);
  expect(made()[0]!.body).toEqual(made()[1]!.body);
  expect(screen.queryByRole("dialog", { name: "Confirm that it is you" })).toBeNull();
});

it("asks for a code as well where there is a second factor", async () => {
  since = "2026-11-01T00:00:00Z";
  const person = show();
  await person.click(await screen.findByText("Make"));
  const dialog = within(await question());
  const password = await dialog.findByLabelText("Your password");
  await waitFor(() => expect(document.activeElement).toBe(password));
  await person.type(password, "secret");
  await person.type(dialog.getByLabelText("Code"), "123 456{Enter}");
  await screen.findByText("Made");
  const said = asked.find(({ path }) => path.endsWith("/confirmation"));
  expect(said!.body).toEqual({ password: "secret", code: "123456" });
});

it("is left by Escape alone, and what was wanted is not done", async () => {
  const person = show();
  await person.click(await screen.findByText("Make"));
  const dialog = within(await question());
  await person.type(await dialog.findByLabelText("Your password"), "sec{Escape}");
  await screen.findByText("Confirm first that it is you.");
  expect(made()).toHaveLength(1);
  await waitFor(() => expect(screen.getByLabelText("Name")).toBeTruthy());
});
