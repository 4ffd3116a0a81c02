import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import { forgetHere, signIn, useSession } from "../../session/session";
import { AgencySettings } from "./AgencySettings";

const nine = [{ opens: "09:00", closes: "17:00" }];
const agency = {
  id: "a",
  name: "Garden",
  time_zone: "America/Chicago",
  currency: "USD",
  business_hours: {
    monday: nine,
    tuesday: nine,
    wednesday: nine,
    thursday: nine,
    friday: nine,
    saturday: [],
    sunday: [],
  },
  quiet_hours: { begins: "21:00", ends: "08:00" },
  display_name: null,
  accent: "garden",
  logo: null,
  retention: { closed_leads_months: null, conversations_months: null },
  version: 1,
};

let changes: { body: Record<string, unknown>; ifMatch: string | null }[];
let refuse: Response | null;

const session = (role: string) => ({
  access_token: "access",
  token_type: "Bearer",
  expires_in: 600,
  refresh_token: "refresh",
  user: { id: "u", name: "Ann", email: "a@b.example", role, team_ids: [], time_zone: null, locale: null },
  agency,
});

async function show(role = "admin") {
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    const request = new Request(new URL(input instanceof Request ? input.url : input, location.origin), {
      method: input instanceof Request ? input.method : init?.method,
      headers: input instanceof Request ? input.headers : init?.headers,
      body: input instanceof Request && input.method !== "GET" ? await input.text() : init?.body,
    });
    if (request.url.endsWith("/sessions")) return Response.json(session(role), { status: 201 });
    if (request.method === "GET") return Response.json(agency);
    if (refuse) return refuse;
    const body = JSON.parse(await request.text()) as Record<string, unknown>;
    changes.push({ body, ifMatch: request.headers.get("if-match") });
    return Response.json({ ...agency, ...body, version: 2 });
  });
  await signIn("a@b.example", "secret");
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <WhenSignedIn />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await screen.findByLabelText("Name");
}

/** As in the shell: what is settled shows in the session too. */
function WhenSignedIn() {
  const now = useSession();
  return now.status === "signed-in" ? (
    <>
      <p>At {now.agency.name}</p>
      <AgencySettings />
    </>
  ) : null;
}

beforeEach(() => {
  // Hundreds of them take long to be looked through by role.
  vi.spyOn(Intl, "supportedValuesOf").mockReturnValue(["America/Chicago", "America/Denver"]);
  changes = [];
  refuse = null;
});
afterEach(() => {
  forgetHere();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("the agency's settings", () => {
  it("send what was changed alone, for the version that was read, and show at once", async () => {
    const person = userEvent.setup();
    await show();
    const save = screen.getByText("Save the settings").closest("button")!;
    expect(save.matches(":disabled")).toBe(true);
    fireEvent.change(screen.getByLabelText("Name"), { target: { value: "Grove" } });
    await person.click(screen.getByLabelText("Ocean"));
    await person.click(screen.getByLabelText("Saturday: add hours"));
    await person.click(screen.getByLabelText("Monday: take 09:00 to 17:00 away"));
    await person.click(screen.getByLabelText("There are quiet hours"));
    await person.click(save);
    await screen.findByText("At Grove");
    expect(changes).toEqual([
      {
        ifMatch: '"1"',
        body: {
          name: "Grove",
          accent: "ocean",
          quiet_hours: null,
          business_hours: { ...agency.business_hours, monday: [], saturday: nine },
        },
      },
    ]);
    expect(save.matches(":disabled")).toBe(true);
  });

  it("say what is wrong where it is wrong, and keep what was entered", async () => {
    const person = userEvent.setup();
    await show();
    refuse = Response.json(
      {
        type: "about:blank",
        title: "Invalid",
        status: 422,
        detail: "closing comes after opening",
        errors: [{ pointer: "/business_hours/monday/0/closes", detail: "closing comes after opening" }],
      },
      { status: 422, headers: { "Content-Type": "application/problem+json" } },
    );
    await person.click(screen.getByLabelText("Sunday: add hours"));
    await person.click(screen.getByText("Save the settings").closest("button")!);
    await waitFor(() => expect(screen.getAllByRole("alert").length).toBeGreaterThan(0));
    // Once, where it is wrong, and not beside the form once more.
    expect(screen.getAllByRole("alert")).toHaveLength(1);
    expect(screen.getByText("Closing comes after opening")).toBeTruthy();
    expect(screen.getByLabelText("Sunday: take 09:00 to 17:00 away")).toBeTruthy();
  });

  it("are looked at by everybody, and changed by owners and admins alone", async () => {
    await show("agent");
    expect(screen.getByLabelText("Name").closest("fieldset")!.disabled).toBe(true);
    expect(screen.queryByText("Save the settings")).toBeNull();
    expect(screen.queryByText(/^Choose/)).toBeNull();
  });
});
