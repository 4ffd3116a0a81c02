import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { User } from "../../api/schema";
import { LostFactor } from "./LostFactor";

afterEach(() => vi.unstubAllGlobals());

function show(answer: () => Response) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (input: Request) => {
    asked.push(`${input.method} ${new URL(input.url).pathname}`);
    return Promise.resolve(answer());
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <LostFactor person={{ id: "u", name: "Ann" } as User} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return asked;
}

it("takes a second factor away once it is confirmed", async () => {
  const person = userEvent.setup();
  const asked = show(() => new Response(null, { status: 204 }));
  await person.click(screen.getByText("Take the second factor away…"));
  expect(asked).toEqual([]);
  await person.click(screen.getByText("Take it away now"));
  await screen.findByText("Take the second factor away…");
  expect(asked).toEqual(["DELETE /api/v1/users/u/second-factor"]);
});

it("says so where there is none", async () => {
  const person = userEvent.setup();
  show(() => Response.json({ title: "Not found", status: 404, detail: "there is none" }, { status: 404 }));
  await person.click(screen.getByText("Take the second factor away…"));
  await person.click(screen.getByText("Take it away now"));
  expect((await screen.findByRole("alert")).textContent).toBe("There is none.");
});
