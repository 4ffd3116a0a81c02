import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type * as Session from "../../session/session";
import { DoNotCall } from "./DoNotCall";
import { Inquiries } from "./Inquiries";

vi.mock("../../session/session", async (original) => ({
  ...(await original<typeof Session>()),
  useMe: () => ({ user: { id: "me", role: "owner" }, agency: { time_zone: "UTC" } }),
}));

const inquiry = {
  id: "i", lead_id: "l", source_id: "s", source: "QuoteHub", campaign_id: "c", campaign_name: "Spring mail",
  cost: { minor: 1250, currency: "USD" }, line_of_business: "auto", external_id: null,
  consent_text: "I agree to be called\nby Cedar Insurance.", consented_at: "2026-11-01T08:00:00Z",
  consent_token: "https://cert.trustedform.com/0f3e", source_url: null, inquired_at: "2026-11-01T08:00:05Z",
}; // prettier-ignore

let asked: string[];
let answer: () => Response;

beforeEach(() => {
  asked = [];
  answer = () => Response.json({ items: [inquiry] });
  vi.stubGlobal("fetch", async (request: Request) => {
    asked.push(new URL(request.url).pathname);
    return Promise.resolve(answer());
  });
});

function show(what: React.ReactNode) {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <MantineProvider>{what}</MantineProvider>
    </QueryClientProvider>,
  );
}

it("tells of each inquiry, with the words that were agreed to, once somebody wants to know", async () => {
  show(<Inquiries id="l" />);
  expect(asked).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Inquiries", expanded: false }));
  await screen.findByText("QuoteHub");
  screen.getByText("Spring mail");
  screen.getByText("$12.50");
  screen.getByText(/I agree to be called\s+by Cedar Insurance\./);
  screen.getByText("https://cert.trustedform.com/0f3e");
  expect(asked).toEqual(["/api/v1/leads/l/inquiries"]);
});

it("says so where there is none", async () => {
  answer = () => Response.json({ items: [] });
  show(<Inquiries id="l" />);
  await userEvent.click(screen.getByRole("button", { name: "Inquiries" }));
  await screen.findByText("No inquiry by a source is known");
});

it("says that somebody asked not to be called", () => {
  show(<DoNotCall at="2026-11-01T08:00:00Z" />);
  expect(screen.getByRole("note").textContent).toMatch(/Do not call: they asked not to be called/);
});
