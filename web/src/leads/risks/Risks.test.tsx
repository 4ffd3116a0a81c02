import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import { Risks } from "./Risks";

// Forms with many fields take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const home = {
  id: "h", lead_id: "l", kind: "home", vehicle: null, other: null, added_at: "2026-11-01T08:00:00Z", changed_at: null,
  home: { street: "12 Cedar Lane", city: "Austin", roof_year: 2010 },
}; // prettier-ignore
const auto = {
  lead_id: "l", line_of_business: "auto", x_date: "2027-03-15", carrier: "Geico",
  premium: { minor: 124_000, currency: "USD" }, by_line: true,
}; // prettier-ignore

let asked: { what: string; body: unknown }[];
let answers: Record<string, () => Response>;
const items = (of: object[]) => () => Response.json({ items: of });

beforeEach(() => {
  asked = [];
  answers = {
    "GET /api/v1/leads/l/risks": items([home]),
    "GET /api/v1/leads/l/x-dates": items([auto]),
    "POST /api/v1/leads/l/risks": () => Response.json(home, { status: 201 }),
    "PUT /api/v1/leads/l/risks/h": () => Response.json(home),
    "PUT /api/v1/leads/l/x-dates/auto": () => new Response(null, { status: 204 }),
    "PUT /api/v1/leads/l/x-dates/home": () => new Response(null, { status: 204 }),
    "DELETE /api/v1/leads/l/x-dates/auto": () => new Response(null, { status: 204 }),
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const what = `${request.method} ${new URL(request.url).pathname}`;
    const body: unknown = request.method === "GET" ? null : await request.json().catch(() => null);
    asked.push({ what, body });
    return (answers[what] ?? (() => Response.json({}, { status: 404 })))();
  });
});

function show(mayWrite = true) {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <MantineProvider>
        <Risks leadId="l" mayWrite={mayWrite} currency="USD" />
      </MantineProvider>
    </QueryClientProvider>,
  );
}

const sent = (what: string) => asked.filter((each) => each.what === what).map(({ body }) => body);

it("shows what is to be insured, and when what insures it now expires", async () => {
  show(false);
  const risks = await screen.findByRole("region", { name: "Risks at interest" });
  await within(risks).findByText("12 Cedar Lane, Austin");
  within(risks).getByText("Year of the roof: 2010");
  await screen.findByText(/^Auto: /);
  screen.getByText("Geico · $1,240.00");
  expect(screen.queryByRole("button")).toBeNull();
});

it("adds a vehicle, and says what of it cannot be read", async () => {
  const detail = "a VIN has 17 letters and digits";
  answers["POST /api/v1/leads/l/risks"] = () =>
    Response.json(
      {
        type: "about:blank",
        title: "Invalid",
        status: 422,
        detail,
        errors: [{ pointer: "/vehicle", detail }],
      },
      { status: 422 },
    );
  show();
  await userEvent.click(await screen.findByRole("button", { name: "Add a vehicle" }));
  await userEvent.type(await screen.findByLabelText("Make"), "Honda");
  await userEvent.type(screen.getByLabelText("VIN"), "123");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/17 letters/);
  expect(sent("POST /api/v1/leads/l/risks")).toEqual([
    { vehicle: { year: null, make: "Honda", model: null, vin: "123", use: null } },
  ]);
});

it("sets the X-date of another line with its carrier and premium, and clears one", async () => {
  show();
  await userEvent.click(await screen.findByRole("button", { name: "Add X-date" }));
  await userEvent.selectOptions(await screen.findByLabelText("Line"), "home");
  await userEvent.type(screen.getByLabelText(/Expires on/), "2027-06-01");
  await userEvent.type(screen.getByLabelText("Carrier"), "State Farm");
  await userEvent.type(screen.getByLabelText("Premium a term"), "980.50");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(sent("PUT /api/v1/leads/l/x-dates/home")).toEqual([
      { x_date: "2027-06-01", carrier: "State Farm", premium: { minor: 98_050, currency: "USD" } },
    ]),
  );
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await userEvent.click(screen.getByRole("button", { name: "Change the X-date of auto" }));
  await userEvent.click(await screen.findByRole("button", { name: "Clear" }));
  await waitFor(() => expect(sent("DELETE /api/v1/leads/l/x-dates/auto")).toHaveLength(1));
});
