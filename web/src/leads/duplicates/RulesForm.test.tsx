import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { DuplicateRules } from "../../api/schema";
import { RulesForm } from "./RulesForm";

const RULES: DuplicateRules = {
  email: true,
  phone: true,
  name_and_place: true,
  birth_date: false,
  alike: 0.6,
  at_once: ["email", "phone"],
  in_files: ["email"],
  households_apart: false,
};

let sent: { path: string; match: string | null; body: unknown }[];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path } = new URL(request.url);
    if (request.method === "GET") return Response.json(RULES);
    sent.push({ path, match: request.headers.get("If-Match"), body: await request.json() });
    if (!path.endsWith("preview")) return Response.json(RULES);
    return new Response(`{"leads":500,"now":3,"then":1}`, {
      headers: { "Content-Type": "application/json" },
    });
  });
});
afterEach(() => vi.unstubAllGlobals());

it("rules are chosen, tried, and sent under the version that was seen", async () => {
  const user = userEvent.setup();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <RulesForm rules={RULES} etag={'"4"'} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const save = screen.getByRole<HTMLButtonElement>("button", { name: "Save" });
  expect(save.disabled).toBe(true);
  const inFile = screen.getByRole("group", { name: /row is about/ });
  await user.click(inFile.querySelector("input")!);
  await user.click(screen.getByRole("checkbox", { name: /same birth date/ }));
  await user.click(screen.getByRole("checkbox", { name: /another given name/ }));
  await user.click(screen.getByRole("button", { name: "Try these rules" }));
  expect(await screen.findByText(/in 1 pair by these rules, and in 3 pairs by those/)).toBeTruthy();
  await user.click(save);
  await waitFor(() => expect(sent).toHaveLength(2));
  const body = { ...RULES, in_files: [], birth_date: true, households_apart: true };
  expect(sent).toEqual([
    { path: "/api/v1/leads/duplicates/rules/preview", match: null, body },
    { path: "/api/v1/leads/duplicates/rules", match: '"4"', body },
  ]);
});

it("what was tried is told no more once something else was chosen", async () => {
  const user = userEvent.setup();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <RulesForm rules={RULES} etag={null} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await user.click(screen.getByRole("button", { name: "Try these rules" }));
  await screen.findByText(/in 1 pair/);
  await user.click(screen.getByRole("checkbox", { name: /same birth date/ }));
  expect(screen.queryByText(/in 1 pair/)).toBeNull();
  await user.click(screen.getByRole("button", { name: "As they were" }));
  expect(screen.queryByRole("button", { name: "As they were" })).toBeNull();
});
