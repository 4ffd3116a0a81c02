import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { LeadField } from "../../api/schema";
import { type Filter, knownFields } from "./filter";
import { FilterBuilder } from "./FilterBuilder";

// Forms with many fields take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  Element.prototype.scrollIntoView = () => undefined;
  Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
  vi.stubGlobal("fetch", async () => Response.json({ items: ["VIP", "Vienna"] }));
});
afterEach(() => vi.unstubAllGlobals());

async function show(filter?: Filter, own: readonly LeadField[] = []) {
  const narrow = vi.fn();
  const close = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <FilterBuilder opened close={close} filter={filter} known={knownFields(own)} narrow={narrow} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  // The dialog takes the focus in a moment.
  await waitFor(() => expect(screen.getByRole("dialog").contains(document.activeElement)).toBe(true));
  return { narrow, close, user: userEvent.setup() };
}

/** The lines of a list of conditions, its own alone. */
const lines = (name = "Conditions") => [...screen.getByRole("list", { name }).children] as HTMLElement[];
const choose = async (user: UserEvent, line: HTMLElement, field: string) => {
  const box = within(line).getByRole("combobox", { name: "Field" });
  await user.clear(box);
  await user.type(box, `${field}{Enter}`);
};

it("builds a filter by the keyboard, and shows the list by Enter", async () => {
  const { narrow, close, user } = await show();
  await choose(user, lines()[0]!, "Last contact");
  const first = within(lines()[0]!);
  await user.selectOptions(first.getByLabelText("How"), "not_in_last");
  expect(first.getByLabelText("Days")).toHaveProperty("value", "7 days");
  await user.click(screen.getByRole("button", { name: "Add a condition" }));
  expect(document.activeElement).toBe(within(lines()[1]!).getByRole("combobox", { name: "Field" }));
  await choose(user, lines()[1]!, "Tags");
  await user.type(within(lines()[1]!).getByRole("combobox", { name: "Tags" }), "VIP,hot{Enter}{Enter}");
  expect(narrow).toHaveBeenCalledWith({
    all: [
      { field: "last_contacted_at", op: "not_in_last", value: 7 },
      { field: "tags", op: "has_any", value: ["VIP", "hot"] },
    ],
  });
  expect(close).toHaveBeenCalled();
});

it("builds groups within groups, and takes them apart", async () => {
  const { narrow, user } = await show({ all: [{ field: "idle_since", op: "not_in_last", value: 7 }] });
  await user.click(screen.getByRole("button", { name: "Add a group" }));
  const inner = within(screen.getByRole("group", { name: "Group 2" }));
  expect(inner.getByRole("combobox", { name: "Of group 2" })).toHaveProperty("value", "any");
  await choose(user, lines("Conditions of group 2")[0]!, "State");
  await user.type(inner.getAllByRole("combobox", { name: "Value" })[0]!, "WI,IL,");
  await user.click(inner.getByRole("button", { name: "Add a group" }));
  expect(screen.getByRole("group", { name: "Group 2.2" })).toBeTruthy();
  const showList = () => user.click(screen.getByRole("button", { name: "Show the list" }));
  await showList();
  const idle = { field: "idle_since", op: "not_in_last", value: 7 };
  const states = { field: "state", op: "is", value: ["WI", "IL"] };
  const stage = { field: "stage", op: "is", value: ["new"] };
  expect(narrow).toHaveBeenLastCalledWith({ all: [idle, { any: [states, { all: [stage] }] }] });
  await user.click(screen.getByRole("button", { name: "Remove group 2.2" }));
  expect(document.activeElement).toBe(inner.getByRole("button", { name: "Add a condition" }));
  await showList();
  expect(narrow).toHaveBeenLastCalledWith({ all: [idle, { any: [states] }] });
});

it("of several choices each is a chip, found by typing and given back by Backspace", async () => {
  const { narrow, user } = await show({ all: [{ field: "stage", op: "is", value: ["gone"] }] });
  const value = screen.getByRole("combobox", { name: "Value" });
  await user.type(value, "quot{Enter}");
  await user.type(value, "won{Enter}{Escape}");
  await user.type(value, "{Backspace}");
  await user.click(screen.getByRole("button", { name: "Show the list" }));
  expect(narrow).toHaveBeenCalledWith({ all: [{ field: "stage", op: "is", value: ["gone", "quoted"] }] });
});

it("finds one of hundreds of own fields, apart from what every lead has", async () => {
  const own = Array.from(
    { length: 120 },
    (_, n) =>
      ({
        key: `f${n}`,
        label: `Field number ${n}`,
        kind: "number",
        options: [] as string[],
      }) as unknown as LeadField,
  );
  const { narrow, user } = await show(undefined, own);
  const box = screen.getByRole("combobox", { name: "Field" });
  await user.click(box);
  const shown = screen
    .getAllByRole("option")
    .filter(({ textContent }) => textContent?.startsWith("Field number"));
  expect(shown.length).toBeLessThanOrEqual(100);
  expect(shown.length).toBeGreaterThan(50);
  await choose(user, lines()[0]!, "number 117");
  await user.type(screen.getByRole("textbox", { name: "Value" }), "5{Enter}");
  expect(narrow).toHaveBeenCalledWith({ all: [{ field: "fields.f117", op: "at_least", value: 5 }] });
});

it("leaves out what was not said, and keeps a field that is none any more", async () => {
  const gone = { field: "fields.gone", op: "is", value: 1 };
  const { narrow, user } = await show({ any: [{ field: "source", op: "is", value: "web" }, gone] });
  expect(lines()[1]!.textContent).toContain("is no field any more");
  await user.selectOptions(screen.getByLabelText("Leads for which"), "all");
  await user.type(within(lines()[0]!).getByRole("combobox", { name: "Value" }), "{Backspace}");
  await user.click(screen.getByRole("button", { name: "Show the list" }));
  expect(narrow).toHaveBeenCalledWith({ all: [gone] });
});

it("removes conditions, and clears the whole", async () => {
  const { narrow, user } = await show({ all: [{ field: "x_date", op: "is_empty" }] });
  await user.click(screen.getByRole("button", { name: "Remove condition 1" }));
  await user.click(screen.getByRole("button", { name: "Show the list" }));
  expect(narrow).toHaveBeenLastCalledWith(undefined);
  await user.click(screen.getByRole("button", { name: "Clear" }));
  expect(narrow).toHaveBeenLastCalledWith(undefined);
});
