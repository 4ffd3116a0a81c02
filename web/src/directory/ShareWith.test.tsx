import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { ApiProblem } from "../api/problem";
import { createQueryClient } from "../api/queries";
import { ShareWith } from "./ShareWith";

const people = [
  { id: "o", name: "Olga Owner", role: "owner", active: true },
  { id: "a", name: "Ann Agent", role: "agent", active: true },
  { id: "b", name: "Ben Viewer", role: "viewer", active: true },
  { id: "g", name: "Gone Away", role: "agent", active: false },
];

function show(share: (userId: string, shared: boolean) => Promise<void>) {
  const queries = createQueryClient();
  queries.setQueryData(["users"], people);
  render(
    <QueryClientProvider client={queries}>
      <MantineProvider>
        <ShareWith
          whom={{ display_name: "Maria", owner_id: "o", shared_with: ["b"] }}
          opened
          close={() => undefined}
          share={share}
        />
      </MantineProvider>
    </QueryClientProvider>,
  );
}

it("offers colleagues who work here and do not have it, and shares with the one who is chosen", async () => {
  const share = vi.fn(() => Promise.resolve());
  show(share);
  const choice = await screen.findByLabelText("Colleague");
  expect([...choice.querySelectorAll("option")].map((option) => option.textContent)).toEqual([
    "Choose somebody",
    "Ann Agent, agent",
  ]);
  fireEvent.change(choice, { target: { value: "a" } });
  fireEvent.click(screen.getByRole("button", { name: "Share" }));
  await waitFor(() => expect(share).toHaveBeenCalledWith("a", true));
});

it("says whom it is shared with, and ends that", async () => {
  const share = vi.fn(() => Promise.resolve());
  show(share);
  expect((await screen.findByRole("list", { name: "Shared with" })).textContent).toContain("Ben Viewer");
  fireEvent.click(screen.getByRole("button", { name: "Stop sharing with Ben Viewer" }));
  await waitFor(() => expect(share).toHaveBeenCalledWith("b", false));
});

it("says why it was refused", async () => {
  show(() => Promise.reject(new ApiProblem(404, "nobody is known here by this id; try again")));
  fireEvent.click(await screen.findByRole("button", { name: "Stop sharing with Ben Viewer" }));
  expect((await screen.findByRole("alert")).textContent).toContain("try again");
});
