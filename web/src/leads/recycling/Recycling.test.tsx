import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../../api/queries";
import type { Lead } from "../../api/schema";
import { LostReason } from "../LostReason";
import { LeadStage } from "../pipelines/LeadStage";
import { Recycled } from "./Recycled";
import { RecycleDialog } from "./RecycleDialog";
import { RecycledLink } from "./RecycledLink";

// Forms with many fields take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });
vi.mock("../../ui/zone", () => ({ useZone: () => "America/Chicago" }));

const lead = {
  id: "l", display_name: "Maria Delgado", stage: "quoted", stage_key: "quoted", pipeline: "default", version: 3,
  comes_back_on: null, recycled: null,
} as unknown as Lead; // prettier-ignore
const xDate = (line: string, x_date: string, carrier: string) => ({
  lead_id: "l", line_of_business: line, x_date, carrier, premium: null, by_line: true,
}); // prettier-ignore

let asked: { what: string; body: unknown }[];
let answers: Record<string, () => Response>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-29T18:00:00Z") });
  // A text box that grows listens to fonts that arrive, and here there are none.
  Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
  asked = [];
  answers = {
    "GET /api/v1/leads/l/x-dates": () =>
      Response.json({
        items: [xDate("auto", "2026-06-01", "Geico"), xDate("home", "2027-06-01", "State Farm")],
      }),
    "PUT /api/v1/leads/l/recycling": () =>
      Response.json({ ...lead, version: 4, comes_back_on: "2027-04-17" }, { headers: { etag: '"4"' } }),
    "POST /api/v1/leads/l/recycling/return": () =>
      Response.json({ ...lead, version: 5 }, { headers: { etag: '"5"' } }),
    "DELETE /api/v1/leads/l/recycling": () =>
      Response.json({ ...lead, version: 5 }, { headers: { etag: '"5"' } }),
    "GET /api/v1/leads/count": () => Response.json({ count: 12, more: false }),
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    const what = `${request.method} ${pathname}`;
    const body: unknown = request.method === "GET" ? null : await request.json().catch(() => null);
    asked.push({ what, body });
    return (answers[what] ?? (() => Response.json({}, { status: 404 })))();
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function show(what: React.ReactNode) {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <MantineProvider>{what}</MantineProvider>
    </QueryClientProvider>,
  );
}

const sent = (what: string) => asked.filter((each) => each.what === what).map(({ body }) => body);

it("recycles a lead before a renewal, and says which day that is", async () => {
  const close = vi.fn();
  show(<RecycleDialog lead={lead} close={close} />);
  await screen.findByText("Apr 17, 2027");
  expect(screen.getByRole("status").textContent).toBe("Comes back Apr 17, 2027, before the next renewal.");
  await userEvent.selectOptions(screen.getByLabelText("The policy renews"), "every half year");
  const days = screen.getByLabelText("Days before");
  await userEvent.clear(days);
  expect(screen.getByRole("button", { name: "Recycle" })).toHaveProperty("disabled", true);
  await userEvent.type(days, "30");
  expect(screen.getByRole("status").textContent).toContain("May 2, 2027");
  await userEvent.selectOptions(screen.getByLabelText("Comes back in"), "Contacted");
  await userEvent.type(screen.getByLabelText("Why"), "renewed with her carrier");
  await userEvent.click(screen.getByRole("button", { name: "Recycle" }));
  await waitFor(() => expect(close).toHaveBeenCalled());
  expect(sent("PUT /api/v1/leads/l/recycling")).toEqual([
    {
      before_x_date: { line_of_business: "auto", days: 30, renews_every_months: 6 },
      stage: "contacted",
      reason: "renewed with her carrier",
    },
  ]);
});

it("asks for a day where no X-date is known, and says what was refused", async () => {
  answers["GET /api/v1/leads/l/x-dates"] = () => Response.json({ items: [] });
  answers["PUT /api/v1/leads/l/recycling"] = () =>
    Response.json(
      { type: "about:blank", title: "Conflict", status: 409, detail: "this lead was won" },
      { status: 409, headers: { "content-type": "application/problem+json" } },
    );
  show(<RecycleDialog lead={lead} close={() => undefined} />);
  await screen.findByText("No X-date of this lead is known.");
  const on = screen.getByLabelText(/Comes back on/);
  await userEvent.type(on, "2026-11-29");
  await screen.findByText("Choose a day ahead");
  await userEvent.clear(on);
  await userEvent.type(on, "2027-03-01");
  await userEvent.click(screen.getByRole("button", { name: "Recycle" }));
  expect((await screen.findByRole("alert")).textContent).toContain("This lead was won");
  expect(sent("PUT /api/v1/leads/l/recycling")).toEqual([{ on: "2027-03-01", stage: null, reason: null }]);
});

it("loses a lead until then by the same", async () => {
  const lose = vi.fn();
  show(<LostReason opened leadId="l" reasons={["Price"]} close={() => undefined} lose={lose} />);
  await userEvent.selectOptions(await screen.findByLabelText("Reason"), "Price");
  await userEvent.click(screen.getByLabelText("Work this lead again before the next X-date"));
  await screen.findByText("Apr 17, 2027");
  await userEvent.click(screen.getByRole("button", { name: "Lose until then" }));
  expect(lose).toHaveBeenCalledWith({
    reason: null,
    exit_reason: "Price",
    recycle: { before_x_date: { line_of_business: "auto", days: 45, renews_every_months: 12 } },
  });
});

it("says until when a lead is left alone, why, and brings it back", async () => {
  const recycled = { line_of_business: "auto", days_before: 45, reason: "renewed" } as Lead["recycled"];
  const waiting: Lead = { ...lead, stage: "lost", comes_back_on: "2027-04-17", recycled };
  show(
    <>
      <LeadStage lead={waiting} />
      <Recycled lead={waiting} mayWrite change={() => undefined} />
    </>,
  );
  expect(screen.getByText("comes back Apr 17")).toBeTruthy();
  expect(screen.getByRole("note").textContent).toContain(
    "Comes back Apr 17, 2027, 45 days before the X-date of auto: renewed",
  );
  await userEvent.click(screen.getByRole("button", { name: "Bring back now" }));
  await waitFor(() => expect(sent("POST /api/v1/leads/l/recycling/return")).toHaveLength(1));
  await userEvent.click(await screen.findByRole("button", { name: "Leave it lost" }));
  await waitFor(() => expect(sent("DELETE /api/v1/leads/l/recycling")).toHaveLength(1));
});

it("offers nothing to whoever may change nothing", () => {
  show(
    <Recycled lead={{ ...lead, comes_back_on: "2027-04-17" }} mayWrite={false} change={() => undefined} />,
  );
  expect(screen.queryByRole("button")).toBeNull();
});

it("says how many are left out of a list, but of one in which they are found", async () => {
  const showThem = vi.fn();
  show(<RecycledLink search={{ stage: ["lost"] }} show={showThem} />);
  await userEvent.click(await screen.findByRole("button", { name: "12 come back later" }));
  expect(showThem).toHaveBeenCalled();
  const before = asked.length;
  show(<RecycledLink search={{ q: "maria" }} show={showThem} />);
  show(<RecycledLink search={{ recycled: true }} show={showThem} />);
  expect(asked.length).toBe(before);
  expect(screen.getAllByRole("button")).toHaveLength(1);
});
