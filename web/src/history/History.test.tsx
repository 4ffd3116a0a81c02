import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../api/problem";
import { createQueryClient } from "../api/queries";
import type { HistoryEntry, HistoryEntryPage, PastState } from "../api/schema";
import { History } from "./History";
import type { Moment, Past } from "./past";

const REFUSED = new ApiProblem(403, "you may not", {});
const ABSENT = new ApiProblem(404, "the lead was not there then", {});

const entry = (version: number, changes: HistoryEntry["changes"]): HistoryEntry => ({
  event_id: `e${version}`,
  sequence: version,
  version,
  type: "leads.LeadDetailsChanged.v1",
  title: version === 1 ? "Captured" : "Details changed",
  changes,
  actor: "import:i1",
  correlation_id: "c",
  causation_id: null,
  occurred_at: "2026-11-20T12:00:00Z",
  recorded_at: "2026-11-20T12:00:00Z",
});
const second = entry(2, [{ field: "email", old: "old@mail.example", new: "new@mail.example" }]);
const first = entry(1, [{ field: "email", old: null, new: "old@mail.example" }]);
const stateWith = (version: number, email: string): PastState => ({
  id: "l",
  version,
  recorded_at: "2026-11-20T12:00:00Z",
  state: { name: "Jo Lee", email },
});

/** A past that answers as told. */
function past(entries: Past["entries"], state: Past["state"] = () => Promise.reject(REFUSED)): Past {
  return { noun: "lead", key: ["leads", "one", "l"], entries, state };
}

const states = ({ version, at }: Moment): Promise<PastState> => {
  if (at !== undefined) return Promise.reject(ABSENT);
  return Promise.resolve(version === 1 ? stateWith(1, "old@mail.example") : stateWith(2, "new@mail.example"));
};

const page = (items: HistoryEntry[], next: string | null = null): Promise<HistoryEntryPage> =>
  Promise.resolve({ items, next_cursor: next });

function show(of: Past) {
  const queries = createQueryClient();
  for (const names of ["users", "teams", "campaigns"]) queries.setQueryData([names], []);
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <History past={of} opened close={() => undefined} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return queries;
}

vi.mock("../session/session", async (original) => ({
  ...(await original<object>()),
  useMayWrite: () => true,
}));

describe("a record's history", () => {
  it("says that it is on its way", async () => {
    show(past(() => new Promise(() => undefined)));
    expect(await screen.findByRole("status", { name: "Loading the history" })).toBeTruthy();
  });

  it("says that it could not be shown, and asks again", async () => {
    let asked = 0;
    show(past(() => (asked++ === 0 ? Promise.reject(REFUSED) : page([first]))));
    expect(await screen.findByText("You may not see this history")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Captured")).toBeTruthy();
  });

  it("says that there is nothing", async () => {
    show(past(() => page([])));
    expect(await screen.findByText("Nothing has happened yet")).toBeTruthy();
  });

  it("keeps what it shows when it cannot be asked for again, and says that it may be old", async () => {
    let asked = 0;
    const queries = show(past(() => (asked++ === 0 ? page([first]) : Promise.reject(REFUSED))));
    await screen.findByText("Captured");
    await queries.invalidateQueries({ queryKey: ["leads"] });
    expect(await screen.findByText(/This may be out of date/)).toBeTruthy();
    expect(screen.getByText("Captured")).toBeTruthy();
  });

  it("goes on from the page before, and what is shown stays where the next cannot be had", async () => {
    let asked = 0;
    const pages = ({ cursor }: { cursor: string | undefined }) => {
      if (cursor === undefined) return page([second], "2");
      expect(cursor).toBe("2");
      return asked++ === 0 ? Promise.reject(REFUSED) : page([first]);
    };
    show(past(pages));
    fireEvent.click(await screen.findByRole("button", { name: "Show more" }));
    fireEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Captured")).toBeTruthy();
    expect(screen.getByText("Details changed")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  });
});

describe("what a record was", () => {
  it("unfolds below what made it, with what is otherwise now", async () => {
    show(past(() => page([second, first]), states));
    const captured = (await screen.findByText("Captured")).closest("li")!;
    // What made it what it is needs no such words.
    expect(screen.getAllByRole("button", { name: "As it was then" })).toHaveLength(1);
    fireEvent.click(within(captured).getByRole("button", { name: "As it was then" }));
    expect(await within(captured).findByText(/One thing is otherwise now/)).toBeTruthy();
    expect(within(captured).getByText("Now new@mail.example")).toBeTruthy();
  });

  it("is told for a moment that is entered, and that it was not there yet", async () => {
    show(past(() => page([first]), states));
    const form = await screen.findByRole("region", { name: "At any moment" });
    fireEvent.click(within(form).getByRole("button", { name: "Show" }));
    expect(within(form).getByText("Choose a day and a time")).toBeTruthy();
    const field = within(form).getByLabelText(/^As it was on/);
    fireEvent.change(field, { target: { value: "2999-01-01T00:00" } });
    expect(within(form).getByText("This is yet to come")).toBeTruthy();
    fireEvent.change(field, { target: { value: "2020-01-01T00:00" } });
    fireEvent.click(within(form).getByRole("button", { name: "Show" }));
    expect(await within(form).findByText("This lead was not there yet.")).toBeTruthy();
  });
});

describe("a value of before", () => {
  const restored: [string, number][] = [];
  const lead = (): Past => ({
    ...past(() => page([second, first]), states),
    restore: (field, version) => {
      restored.push([field, version]);
      return Promise.resolve();
    },
  });

  it("is restored from beside the change, and not where a record cannot", async () => {
    show(lead());
    const offered = await screen.findAllByRole("button", {
      name: "Restore this value: Email, old@mail.example",
    });
    fireEvent.click(offered[0]!);
    await vi.waitFor(() => expect(restored).toEqual([["email", 1]]));
  });

  it("is not offered where it cannot be restored", async () => {
    show(past(() => page([second, first]), states));
    await screen.findByText("Captured");
    expect(screen.queryByRole("button", { name: /^Restore/ })).toBeNull();
  });

  it("is gone back to by a slider, which says of when it is", async () => {
    show(lead());
    const slider = await screen.findByRole("slider", { name: "Go through time" });
    expect(slider.getAttribute("aria-valuetext")).toBe("Now, Details changed, version 2 of 2");
    fireEvent.change(slider, { target: { value: "1" } });
    expect(await screen.findByText(/You see this lead as of/)).toBeTruthy();
    expect(await screen.findByText(/One thing is otherwise now/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Back to now" }));
    expect(screen.queryByText(/You see this lead as of/)).toBeNull();
  });
});
