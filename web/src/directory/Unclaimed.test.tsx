import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { Unclaimed } from "./Unclaimed";

it("says why nothing can be changed, and offers to claim", () => {
  const claim = vi.fn();
  render(
    <MantineProvider>
      <Unclaimed what="client" claim={claim} />
    </MantineProvider>,
  );
  expect(screen.getByRole("note").textContent).toContain("Nobody has this client yet");
  fireEvent.click(screen.getByRole("button", { name: "Claim" }));
  expect(claim).toHaveBeenCalledOnce();
});

it("offers nothing where a lead is closed, and says who helps", () => {
  render(
    <MantineProvider>
      <Unclaimed what="lead" claim={null} />
    </MantineProvider>,
  );
  expect(screen.getByRole("note").textContent).toContain("A manager can reopen it");
  expect(screen.queryByRole("button")).toBeNull();
});
