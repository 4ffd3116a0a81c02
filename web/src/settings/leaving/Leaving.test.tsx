import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type * as Session from "../../session/session";
import { Leaving } from "./Leaving";

vi.setConfig({ testTimeout: 30_000 });

const me = vi.hoisted(() => ({ role: "owner" }));
vi.mock("../../session/session", async (original) => ({
  ...(await original<typeof Session>()),
  useMe: () => ({ user: { role: me.role }, agency: { id: "a", name: "Garden & Co", time_zone: "UTC" } }),
}));

const CLOSED = {
  closure: { closed_at: "2026-11-29T08:00:00Z", erase_at: "2026-12-29T08:00:00Z", reason: "We retire" },
  erased_after_days: 30,
};
const OPEN = { closure: null, erased_after_days: 30 };
const HERE = "/api/v1/agencies/a/closure";

let asked: { method: string; path: string; body: unknown }[];
let answers: Record<string, () => Response>;
let kept: string[];
const problem = (status: number, detail: string, errors: object[] = []) =>
  Response.json({ type: "about:blank", title: "No", status, detail, errors }, { status });

beforeEach(() => {
  me.role = "owner";
  asked = [];
  kept = [];
  answers = { [`GET ${HERE}`]: () => Response.json(OPEN) };
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    asked.push({ method: request.method, path: pathname, body: text ? JSON.parse(text) : null });
    return answers[`${request.method} ${pathname}`]?.() ?? new Response("an archive");
  });
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:x");
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    kept.push(this.download);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function show() {
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <Notifications />
        <Leaving />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return userEvent.setup({ delay: null });
}

it("keeps an archive of each service, and asks again for what failed alone", async () => {
  const failing = "GET /api/v1/operations/leads/agency-export";
  answers[failing] = () => problem(409, "an export of your agency from leads is under way");
  const person = show();
  await person.click(await screen.findByText("Export everything"));
  await screen.findByText("5 of 6 archives are here, 1 could not be had.");
  expect(kept).toEqual(
    ["identity", "clients", "comms", "ai", "reporting"].map((part) => `gardenos-${part}.zip`),
  );
  const leads = screen.getByText("Leads, campaigns and imports").closest("li")!;
  expect(within(leads).getByText(/An export of your agency from leads is under way/)).toBeTruthy();
  delete answers[failing];
  asked = [];
  await person.click(screen.getByText("Ask for the rest again"));
  await screen.findByText("All of it is here.");
  expect(asked.map(({ path }) => path)).toEqual(["/api/v1/operations/leads/agency-export"]);
  expect(within(leads).getByText(/kept with your downloads/)).toBeTruthy();
  expect(kept.at(-1)).toBe("gardenos-leads.zip");
});

it("closes the agency once its name is typed, and says what is wrong where it is wrong", async () => {
  answers[`PUT ${HERE}`] = () =>
    problem(422, "type the agency's name as it is", [
      { pointer: "/name", detail: "type the agency's name as it is" },
    ]);
  const person = show();
  await person.click(await screen.findByText("Close the agency…"));
  const dialog = await screen.findByRole("dialog");
  const close = within(dialog).getByText("Close the agency").closest("button")!;
  expect(close.disabled).toBe(true);
  await person.type(within(dialog).getByLabelText("The agency's name"), "garden & co");
  await person.click(close);
  await within(dialog).findByText("Type the agency's name as it is");
  answers[`PUT ${HERE}`] = () => Response.json(CLOSED);
  await person.click(close);
  await screen.findByText("Garden & Co is closed, since Nov 29, 2026, 8:00 AM.");
  expect(asked.findLast(({ method }) => method === "PUT")!.body).toEqual({
    name: "garden & co",
    reason: null,
  });
});

it("says when a closed agency is erased, and reopens it", async () => {
  answers = { [`GET ${HERE}`]: () => Response.json(CLOSED), [`DELETE ${HERE}`]: () => Response.json(OPEN) };
  const person = show();
  await screen.findByText(/On Dec 29, 2026, 8:00 AM all that is kept of it is erased/);
  expect(screen.getByText("We retire")).toBeTruthy();
  await person.click(screen.getByText("Reopen the agency"));
  await screen.findByText("Close the agency…");
});

it("tells others who may, and offers them nothing", async () => {
  me.role = "admin";
  show();
  await screen.findByText(/An owner can close the agency/);
  expect(screen.getByText("An owner of the agency can export all that is kept of it.")).toBeTruthy();
  for (const words of ["Export everything", "Close the agency…"])
    expect(screen.queryByText(words)).toBeNull();
});

it("says that it could not be asked, and asks again", async () => {
  answers[`GET ${HERE}`] = () => problem(500, "something broke");
  const person = show();
  await screen.findByText(/This part (could not|cannot) be shown/, undefined, { timeout: 20_000 });
  answers[`GET ${HERE}`] = () => Response.json(OPEN);
  await person.click(screen.getByText("Try again"));
  await screen.findByText("Close the agency…");
});
