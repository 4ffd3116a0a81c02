import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { LeadNote } from "../../api/schema";
import type * as Session from "../../session/session";
import { Notes } from "./Notes";

vi.setConfig({ testTimeout: 60_000 });

vi.mock("../../session/session", async (original) => ({
  ...(await original<typeof Session>()),
  useMe: () => ({ user: { id: "me", role: "agent" }, agency: { time_zone: "UTC" } }),
  useMayAdminister: () => false,
}));

const users = [
  { id: "me", name: "Mia Me", active: true },
  { id: "ann", name: "Ann Lee", active: true },
  { id: "bob", name: "Bob Stone", active: true },
  { id: "gone", name: "Anna Gone", active: false },
];
const note = (id: string, by: string, text: string, mentions: string[] = []): LeadNote => ({
  id, lead_id: "l", text, mentions, author_id: by, written_at: "2026-11-01T08:00:00Z", changed_at: null,
}); // prettier-ignore

let asked: { what: string; body: unknown }[];
let notes: LeadNote[];
let mentioned: object[];
let answers: Record<string, () => Response>;

const items = (of: object[]) => Response.json({ items: of, next_cursor: null });

beforeEach(() => {
  asked = [];
  notes = [];
  mentioned = [];
  answers = {
    "GET /api/v1/leads/l/notes": () => items(notes),
    "GET /api/v1/leads/mentions": () => items(mentioned),
    "GET /api/v1/users": () => items(users),
    "POST /api/v1/leads/l/notes": () => Response.json({}, { status: 201 }),
    "PUT /api/v1/leads/l/notes/seen": () => new Response(null, { status: 204 }),
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const what = `${request.method} ${new URL(request.url).pathname}`;
    const body: unknown = request.method === "GET" ? null : await request.json().catch(() => null);
    asked.push({ what, body });
    return (answers[what] ?? (() => Response.json({}, { status: 404 })))();
  });
});

function Page({ begin }: { begin: boolean }) {
  const [writing, write] = useState(begin);
  return <Notes leadId="l" mayWrite writing={writing} write={write} />;
}

function show(begin = false) {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <MantineProvider>
        <Page begin={begin} />
      </MantineProvider>
    </QueryClientProvider>,
  );
}

const sent = (what: string) => asked.filter((each) => each.what === what).map(({ body }) => body);

it("mentions a colleague by the keyboard alone, and says whom", async () => {
  show(true);
  const text = await screen.findByLabelText("New note");
  await waitFor(() => expect(asked.some(({ what }) => what === "GET /api/v1/users")).toBe(true));
  await userEvent.type(text, "Look here @an");
  const option = await screen.findByRole("option", { name: /Ann Lee/ });
  expect(screen.queryByRole("option", { name: /Anna Gone/ })).toBeNull();
  expect(option.dataset["comboboxSelected"]).toBe("true");
  screen.getByText(/^Ann Lee: Enter mentions them/);
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect((text as HTMLTextAreaElement).value).toBe("Look here @Ann Lee "));
  await userEvent.keyboard("please{Control>}{Enter}{/Control}");
  await waitFor(() =>
    expect(sent("POST /api/v1/leads/l/notes")).toEqual([
      { text: "Look here @Ann Lee please", mentions: ["ann"] },
    ]),
  );
  await screen.findByRole("button", { name: "Write a note" });
});

it("keeps what was written where it is refused, and says why", async () => {
  answers["POST /api/v1/leads/l/notes"] = () =>
    Response.json(
      {
        type: "about:blank", title: "Invalid", status: 422, detail: "this colleague does not see this lead",
        errors: [{ pointer: "/mentions/0", detail: "this colleague does not see this lead" }],
      },
      { status: 422 },
    ); // prettier-ignore
  show(true);
  await userEvent.type(await screen.findByLabelText("New note"), "@Bob Stone look");
  await userEvent.click(screen.getByRole("button", { name: "Save note" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/does not see this lead/i);
  expect((screen.getByLabelText("New note") as HTMLTextAreaElement).value).toBe("@Bob Stone look");
  await userEvent.keyboard("{Escape}{Escape}");
});

it("marks who is mentioned, and is seen where one is", async () => {
  notes = [note("1", "ann", "For @Mia Me and @Bob", ["me"]), note("2", "me", "Mine")];
  mentioned = [{ note_id: "1", lead_id: "l", unseen: true }];
  show();
  const mark = await screen.findByText("@Mia Me");
  expect(mark.tagName).toBe("MARK");
  await waitFor(() => expect(sent("PUT /api/v1/leads/l/notes/seen")).toHaveLength(1));
  expect(screen.getAllByRole("button", { name: "Change" })).toHaveLength(1);
});

it("removes a note once that was meant", async () => {
  notes = [note("2", "me", "Mine")];
  answers["DELETE /api/v1/leads/l/notes/2"] = () => new Response(null, { status: 204 });
  show();
  await userEvent.click(await screen.findByRole("button", { name: "Remove" }));
  expect(sent("DELETE /api/v1/leads/l/notes/2")).toEqual([]);
  notes = [];
  await userEvent.click(screen.getByRole("button", { name: "Remove" }));
  await waitFor(() => expect(screen.queryByText("Mine")).toBeNull());
  expect(sent("DELETE /api/v1/leads/l/notes/2")).toHaveLength(1);
});
