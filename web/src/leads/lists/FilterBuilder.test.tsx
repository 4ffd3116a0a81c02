import { MantineProvider } from "@mantine/core";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { type Filter, knownFields } from "./filter";
import { FilterBuilder } from "./FilterBuilder";

function show(filter?: Filter) {
  const narrow = vi.fn();
  const close = vi.fn();
  render(
    <MantineProvider env="test">
      <FilterBuilder opened close={close} filter={filter} known={knownFields([])} narrow={narrow} />
    </MantineProvider>,
  );
  return { narrow, close, user: userEvent.setup() };
}

const conditions = () => within(screen.getByRole("list", { name: "Conditions" })).getAllByRole("listitem");

it("builds a filter, and shows the list by Enter", async () => {
  const { narrow, close, user } = show();
  const first = within(conditions()[0]!);
  await user.selectOptions(first.getByLabelText("Field"), "last_contacted_at");
  await user.selectOptions(first.getByLabelText("How"), "not_in_last");
  expect(first.getByLabelText("Days")).toHaveProperty("value", "7 days");
  await user.click(screen.getByRole("button", { name: "Add a condition" }));
  const second = within(conditions()[1]!);
  expect(document.activeElement).toBe(second.getByLabelText("Field"));
  await user.selectOptions(second.getByLabelText("Field"), "tags");
  await user.type(second.getByLabelText(/Tags/), "VIP, hot{Enter}");
  expect(narrow).toHaveBeenCalledWith({
    all: [
      { field: "last_contacted_at", op: "not_in_last", value: 7 },
      { field: "tags", op: "has_any", value: ["VIP", "hot"] },
    ],
  });
  expect(close).toHaveBeenCalled();
});

it("changes one that is there, keeps groups as they are, and leaves out what was not said", async () => {
  const group: Filter = { any: [{ field: "state", op: "is", value: "TX" }] };
  const { narrow, user } = show({ all: [{ field: "source", op: "is", value: "web" }, group] });
  expect(conditions()).toHaveLength(2);
  expect(conditions()[1]!.textContent).toContain("State is TX");
  await user.selectOptions(screen.getByLabelText("Leads for which"), "any");
  await user.clear(within(conditions()[0]!).getByLabelText("Value"));
  await user.click(screen.getByRole("button", { name: "Show the list" }));
  expect(narrow).toHaveBeenCalledWith({ any: [group] });
});

it("removes conditions, and clears the whole", async () => {
  const { narrow, user } = show({ all: [{ field: "x_date", op: "is_empty" }] });
  await user.click(screen.getByRole("button", { name: "Remove condition 1" }));
  await user.click(screen.getByRole("button", { name: "Show the list" }));
  expect(narrow).toHaveBeenLastCalledWith(undefined);
  await user.click(screen.getByRole("button", { name: "Clear" }));
  expect(narrow).toHaveBeenLastCalledWith(undefined);
});
