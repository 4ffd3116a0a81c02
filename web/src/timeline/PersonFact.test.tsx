import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { createQueryClient } from "../api/queries";
import { type Details, PersonFact } from "./PersonFact";

const ada: Details & { id: string } = {
  id: "l",
  name: { given: "Ada", family: "Byron" },
  email: null,
  phone: null,
  street: null,
  city: null,
  postal_code: null,
  state: null,
  birth_date: null,
  line_of_business: null,
};

function show(person: Details & { id: string }) {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <MantineProvider>
        <PersonFact
          of={person}
          field="birth_date"
          mayEdit
          editing={null}
          edit={() => undefined}
          change={() => Promise.resolve()}
        />
      </MantineProvider>
    </QueryClientProvider>,
  );
}

it("says that a role does not see a field, and offers no change of it", () => {
  show({ ...ada, withheld: ["birth_date"] });
  expect(screen.queryByText("Not shown to your role")).not.toBeNull();
  expect(screen.queryByRole("button", { name: /edit birth date/i })).toBeNull();
});

it("takes an empty field for empty", () => {
  show(ada);
  expect(screen.getByRole("button", { name: /edit birth date/i }).textContent).toContain("—");
  expect(screen.queryByText("Not shown to your role")).toBeNull();
});
