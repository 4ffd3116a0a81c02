import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import { ChooseType } from "./ChooseType";

afterEach(() => vi.unstubAllGlobals());

function show(chosen?: string) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (input: Request) => {
    const service = /operations\/(\w+)\//.exec(input.url)![1]!;
    asked.push(service);
    return Response.json(
      service === "leads"
        ? { changes: ["leads.LeadCaptured.v1"], looks: ["opened lead", "listed audit trail"] }
        : { changes: [], looks: ["listed audit trail"] },
    );
  });
  const choose = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <ChooseType only={undefined} chosen={chosen} choose={choose} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { asked, choose, box: screen.getByRole("combobox", { name: "Event or look" }) };
}

it("offers events and looks once it is opened, each once, and chooses by typing", async () => {
  const { asked, choose, box } = show();
  expect(asked).toEqual([]);
  await userEvent.click(box);
  expect(await screen.findByRole("option", { name: "Lead captured" })).toBeTruthy();
  expect(asked.toSorted()).toEqual(["ai", "clients", "comms", "identity", "leads", "reporting"]);
  expect(screen.getAllByRole("option", { name: "Listed audit trail" })).toHaveLength(1);
  await userEvent.type(box, "opened");
  await userEvent.click(await screen.findByRole("option", { name: "Opened lead" }));
  expect(choose).toHaveBeenCalledWith("opened lead");
});

it("says what is chosen before it is opened, and lets go of it", async () => {
  const { asked, choose, box } = show("leads.LeadCaptured.v1");
  expect((box as HTMLInputElement).value).toBe("Lead captured");
  expect(asked).toEqual([]);
  await userEvent.click(screen.getByLabelText("Any event or look"));
  expect(choose).toHaveBeenCalledWith(undefined);
});
