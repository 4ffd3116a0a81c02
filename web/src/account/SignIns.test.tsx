import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import { SignIns } from "./SignIns";

vi.mock("../ui/When", () => ({ When: () => null }));

afterEach(() => vi.unstubAllGlobals());

const one = (id: string, outcome: string) => ({
  id,
  at: "2026-11-28T12:00:00Z",
  outcome,
  device: "Firefox on Windows",
  address: `203.0.113.${id}`,
  session_id: null,
});

function show(answer: (cursor: string | null) => Response) {
  vi.stubGlobal("fetch", async (input: Request) => answer(new URL(input.url).searchParams.get("cursor")));
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <SignIns userId="u" title="Recent sign-ins" words="Was it you?" />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

it("says how each ended and from which address, page by page", async () => {
  show((cursor) =>
    Response.json(
      cursor === null
        ? { items: [one("1", "wrong password"), one("2", "signed in")], next_cursor: "more" }
        : { items: [one("3", "locked after too many tries")], next_cursor: null },
    ),
  );
  expect(await screen.findByText("Wrong password")).toBeTruthy();
  expect(screen.getByText("Signed in")).toBeTruthy();
  expect(screen.getByText(/203\.0\.113\.2/)).toBeTruthy();
  fireEvent.click(screen.getByText("Earlier sign-ins"));
  expect(await screen.findByText("Locked after too many tries")).toBeTruthy();
  expect(screen.queryByText("Earlier sign-ins")).toBeNull();
});

it("says where there is none", async () => {
  show(() => Response.json({ items: [], next_cursor: null }));
  expect(await screen.findByText(/Nobody signed in/)).toBeTruthy();
});

it("says that it cannot be told, and asks again", async () => {
  let calls = 0;
  show(() => {
    calls += 1;
    return calls === 1
      ? Response.json({ title: "Not allowed", status: 403, detail: "no" }, { status: 403 })
      : Response.json({ items: [one("1", "signed in")], next_cursor: null });
  });
  fireEvent.click(await screen.findByRole("button", { name: /again/i }));
  expect(await screen.findByText("Signed in")).toBeTruthy();
});
