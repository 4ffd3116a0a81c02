import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import type * as Session from "../session/session";
import { PersonWork } from "./PersonWork";

vi.setConfig({ testTimeout: 60_000 });

vi.mock("../session/session", async (original) => ({
  ...(await original<typeof Session>()),
  useMe: () => ({ user: { id: "me", role: "admin" }, agency: { time_zone: "America/Chicago" } }),
  useMayWrite: () => true,
}));

const start = Date.now();
const inHours = (hours: number) => new Date(start + hours * 3_600_000).toISOString();

let profile: Record<string, unknown>;
let absences: Record<string, unknown>[];
let asked: { what: string; body: Record<string, unknown>; match: string | null }[];

beforeEach(() => {
  asked = [];
  profile = {
    user_id: "ann", languages: ["en"], working_hours: [], time_zone: null, version: 4,
    licences: [{ state: "TX", lines: ["auto"], licence_number: "1234567", expires_on: "2020-01-31" }],
  }; // prettier-ignore
  absences = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    const body = text ? JSON.parse(text) : null;
    if (request.method !== "GET")
      asked.push({ what: `${request.method} ${pathname}`, body, match: request.headers.get("if-match") });
    if (request.method === "PUT") return Response.json((profile = { ...profile, ...body, version: 5 }));
    if (request.method === "DELETE") {
      absences = [];
      return new Response(null, { status: 204 });
    }
    if (request.method === "POST") {
      if (body.ends_at <= body.starts_at)
        return Response.json(
          { title: "Invalid", status: 422, detail: "wrong", errors: [{ pointer: "/ends_at", detail: "an absence ends after it begins" }] },
          { status: 422, headers: { "content-type": "application/problem+json" } },
        ); // prettier-ignore
      absences = [{ id: "a", user_id: "ann", cancelled: false, version: 1, ...body }];
      return Response.json(absences[0], { status: 201 });
    }
    if (pathname.endsWith("/work-profile")) return Response.json(profile);
    if (pathname.endsWith("/absences")) return Response.json({ items: absences, next_cursor: null });
    const people = [
      { id: "ann", name: "Ann Agent", role: "agent", active: true },
      { id: "ben", name: "Ben Agent", role: "agent", active: true },
      { id: "vera", name: "Vera Viewer", role: "viewer", active: true },
    ];
    return Response.json({ items: people, next_cursor: null });
  });
});

function show(keeps: boolean) {
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={createQueryClient()}>
        <PersonWork person={{ id: "ann", name: "Ann Agent" }} keeps={keeps} close={() => undefined} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return userEvent.setup();
}

it("tells how somebody works, and offers who may not keep it nothing to change", async () => {
  absences = [
    { id: "a", user_id: "ann", starts_at: inHours(-1), ends_at: inHours(5), covered_by: "ben", note: null },
  ];
  show(false);
  const facts = await screen.findByText("Texas");
  expect(facts.closest("li")!.textContent).toBe("Texas auto · number 1234567 · expired on Jan 31, 2020");
  expect(screen.getByText("At any hour")).toBeTruthy();
  const list = await screen.findByRole("list", { name: "Absences" });
  expect(await within(list).findByText("Ben Agent covers")).toBeTruthy();
  expect(within(list).getByText("Away now")).toBeTruthy();
  expect(screen.queryAllByRole("button").map((button) => button.getAttribute("aria-label"))).toEqual([null]);
});

it("writes licences, languages and hours whole, as they were read", async () => {
  const person = show(true);
  await person.click(await screen.findByRole("button", { name: "Change licences, languages and hours" }));
  await person.selectOptions(screen.getByLabelText("Add a licence of"), "OK");
  const oklahoma = screen.getByRole("group", { name: "Licence of Oklahoma" });
  await person.type(within(oklahoma).getByLabelText("Number"), "OK-9");
  await person.click(within(oklahoma).getByLabelText("Life"));
  await person.selectOptions(screen.getByLabelText("Add a language"), "es");
  await person.click(screen.getByRole("button", { name: "Take English away" }));
  await person.click(screen.getByLabelText("Only at certain hours"));
  await person.selectOptions(screen.getByLabelText("By the clock of"), "America/Denver");
  await person.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Mon–Fri 09:00–17:00 · America/Denver");
  const { what, body, match } = asked[0]!;
  expect([what, match]).toEqual(["PUT /api/v1/users/ann/work-profile", '"4"']);
  expect(body.licences).toEqual([
    { state: "TX", lines: ["auto"], licence_number: "1234567", expires_on: "2020-01-31" },
    { state: "OK", lines: ["life"], licence_number: "OK-9", expires_on: null },
  ]);
  expect([body.languages, body.time_zone, (body.working_hours as unknown[]).length]).toEqual([
    ["es"],
    "America/Denver",
    5,
  ]);
});

it("plans an absence, says what is wrong with it at its field, and cancels it", async () => {
  const person = show(true);
  await person.click(await screen.findByRole("button", { name: "Plan an absence" }));
  const until = screen.getByLabelText("Back at");
  const right = (until as HTMLInputElement).value;
  expect(await screen.findByRole("option", { name: "Ben Agent" })).toBeTruthy();
  expect(screen.queryByRole("option", { name: "Vera Viewer" })).toBeNull();
  await person.selectOptions(screen.getByLabelText("Who covers"), "ben");
  await person.clear(until);
  await person.type(until, "2026-01-01T00:00");
  await person.click(screen.getByRole("button", { name: "Plan it" }));
  expect(await screen.findByText("An absence ends after it begins")).toBeTruthy();
  await person.clear(until);
  await person.type(until, right);
  await person.click(screen.getByRole("button", { name: "Plan it" }));
  await screen.findByText("Ben Agent covers");
  await person.click(screen.getByRole("button", { name: /^Cancel:/ }));
  await screen.findByText("None is planned.");
  expect(asked.map(({ what }) => what)).toEqual([
    "POST /api/v1/users/ann/absences",
    "POST /api/v1/users/ann/absences",
    "DELETE /api/v1/users/ann/absences/a",
  ]);
});
