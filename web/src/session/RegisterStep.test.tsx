import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import { forgetHere } from "./session";
import { SignInPage } from "./SignInPage";

let asked: { path: string; body: unknown }[];

function show(open: boolean, registered: () => Response) {
  vi.stubGlobal("fetch", async (input: Request) => {
    const path = new URL(input.url).pathname;
    const text = await input.text();
    asked.push({ path, body: text ? (JSON.parse(text) as unknown) : null });
    if (path === "/api/v1/agencies/registration") return Response.json({ open });
    if (path === "/api/v1/agencies") return registered();
    return Response.json({ title: "Not signed in", status: 401, detail: "no" }, { status: 401 });
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <SignInPage reason={null} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

beforeEach(() => {
  vi.spyOn(Intl, "supportedValuesOf").mockReturnValue(["America/Denver"]);
  asked = [];
});
afterEach(() => {
  forgetHere();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("registers an agency with whoever stands there as its owner, and signs them in", async () => {
  show(true, () => Response.json({}, { status: 201 }));
  fireEvent.click(await screen.findByText("Create an agency"));
  type("The agency's name", "Garden");
  type("Its time zone", "America/Denver");
  type("Your name", "Olga");
  type("Email", "olga@garden.example");
  type("Password", "correct horse battery");
  fireEvent.submit(screen.getByLabelText("Your name").closest("form")!);
  await waitFor(() => expect(asked.at(-1)?.path).toBe("/api/v1/sessions"));
  expect(asked.find(({ path }) => path === "/api/v1/agencies")?.body).toEqual({
    name: "Garden",
    time_zone: "America/Denver",
    currency: "USD",
    owner: { name: "Olga", email: "olga@garden.example", password: "correct horse battery" },
  });
});

it("is not offered where nobody may register", async () => {
  show(false, () => Response.json({}, { status: 403 }));
  await waitFor(() => expect(asked.map(({ path }) => path)).toContain("/api/v1/agencies/registration"));
  await screen.findByText("I forgot my password");
  expect(screen.queryByText("Create an agency")).toBeNull();
});
