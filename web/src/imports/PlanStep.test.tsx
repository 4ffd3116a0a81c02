import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import type { DuplicateRules, Import, LeadField } from "../api/schema";
import { forgetHere, signIn, useSession } from "../session/session";
import { Checked } from "./Checked";
import { Moving } from "./Moving";
import { PlanStep } from "./PlanStep";

// Forms with many fields take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const column = (header: string, field: Import["columns"][number]["field"], more = {}) => ({
  header,
  field,
  guessed: true,
  remembered: false,
  samples: [`a ${header}`],
  ...more,
});

const uploaded: Import = {
  id: "0198c0de-0000-7000-8000-000000000007",
  filename: "leads.csv",
  status: "uploaded",
  kind: "csv",
  encoding: "utf-8",
  delimiter: ";",
  columns: [
    column("Vorname", null),
    column("Mail", "email"),
    column("Cell", "phone", { guessed: false, remembered: true }),
  ],
  plan: null,
  counts: { rows: 0, captured: 0, updated: 0, inquiries: 0, duplicates: 0, rejected: 0, empty: 0 },
  rows_done: 0,
  rows_total: 5,
  undone: null,
  problem: null,
  created_by: "u",
  created_at: "2026-11-29T00:00:00Z",
  finished_at: null,
};

const RULES: DuplicateRules = {
  email: true,
  phone: true,
  name_and_place: true,
  birth_date: true,
  alike: 0.6,
  at_once: ["email"],
  in_files: ["email", "phone", "external_id"],
  households_apart: true,
};

const OWN: LeadField[] = [
  {
    id: "f1",
    key: "roof_age",
    label: "Age of the roof",
    kind: "number",
    options: [],
    line_of_business: null,
    retired: false,
    version: 1,
  },
  {
    id: "f2",
    key: "fax",
    label: "Fax",
    kind: "text",
    options: [],
    line_of_business: null,
    retired: true,
    version: 2,
  },
];

let asked: { what: string; body: unknown }[];
let refuse: Response | null;

beforeEach(() => {
  asked = [];
  refuse = null;
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    const request = input instanceof Request ? input : new Request(new URL(input, location.origin), init);
    const path = new URL(request.url).pathname.replace("/api/v1", "");
    if (path === "/sessions") return Response.json(session, { status: 201 });
    if (path === "/leads/fields") return Response.json({ items: OWN, next_cursor: null });
    if (path === "/leads/duplicates/rules") return Response.json(RULES, { headers: { ETag: '"2"' } });
    if (request.method === "GET") return Response.json({ items: [], next_cursor: null });
    const text = await request.text();
    asked.push({ what: `${request.method} ${path.split("/").at(-1)}`, body: text ? JSON.parse(text) : null });
    return (
      refuse ??
      Response.json({ ...uploaded, status: "checking" }, { status: path.endsWith("plan") ? 200 : 202 })
    );
  });
});

afterEach(() => {
  forgetHere();
  vi.unstubAllGlobals();
});

const session = {
  access_token: "access",
  token_type: "Bearer",
  expires_in: 600,
  refresh_token: "refresh",
  user: {
    id: "u",
    name: "Ann",
    email: "a@b.example",
    role: "owner",
    team_ids: [],
    time_zone: null,
    locale: null,
  },
  agency: { id: "a", name: "Garden", time_zone: "America/Chicago", currency: "USD" },
};

async function show(element: React.ReactElement) {
  await signIn("a@b.example", "secret");
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <WhenSignedIn>{element}</WhenSignedIn>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

/** As in the shell. */
function WhenSignedIn({ children }: { children: React.ReactNode }) {
  return useSession().status === "signed-in" ? children : null;
}

describe("planning an import", () => {
  it("shows what each column is taken for and how that is known", async () => {
    await show(<PlanStep found={uploaded} checked={vi.fn()} another={vi.fn()} />);
    const rows = screen.getAllByRole("listitem").filter((each) => within(each).queryByRole("combobox"));
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.not.stringContaining("Guessed"),
      expect.stringContaining("Guessed"),
      expect.stringContaining("As last time"),
    ]);
    expect((screen.getByLabelText("What “Vorname” holds") as HTMLSelectElement).value).toBe("");
  });

  it("asks for the choice of automations, and makes none itself", async () => {
    const checked = vi.fn();
    await show(<PlanStep found={uploaded} checked={checked} another={vi.fn()} />);
    await userEvent.click(screen.getByRole("button", { name: "Check the file" }));
    expect(screen.getByRole("alert").textContent).toContain("Choose one of the two");
    expect(document.activeElement).toBe(screen.getByRole("radio", { name: /quietly/ }));
    expect(asked).toEqual([]);
    await userEvent.keyboard(" ");
    await userEvent.selectOptions(screen.getByLabelText("What “Vorname” holds"), "Given name");
    await userEvent.selectOptions(screen.getByLabelText("Of who is a lead already"), "update");
    const phone = screen.getByRole("checkbox", { name: /same telephone number/ });
    await vi.waitFor(() => expect((phone as HTMLInputElement).checked).toBe(true));
    await userEvent.click(phone);
    await userEvent.click(screen.getByRole("button", { name: "Check the file" }));
    await vi.waitFor(() => expect(checked).toHaveBeenCalled());
    expect(asked.map(({ what }) => what)).toEqual(["PUT plan", "POST check"]);
    expect(asked[0]!.body).toMatchObject({
      mapping: { Vorname: "given_name" },
      match_by: ["email", "external_id"],
      duplicates: "update",
      run_automations: false,
      source: "import",
    });
  });

  it("offers the agency's own fields that are in use", async () => {
    const checked = vi.fn();
    await show(<PlanStep found={uploaded} checked={checked} another={vi.fn()} />);
    const select = screen.getByLabelText("What “Vorname” holds");
    await within(select).findByRole("option", { name: "Age of the roof" });
    expect(within(select).queryByRole("option", { name: "Fax" })).toBeNull();
    await userEvent.selectOptions(select, "Age of the roof");
    await userEvent.click(screen.getByRole("radio", { name: /quietly/ }));
    await userEvent.click(screen.getByRole("button", { name: "Check the file" }));
    await vi.waitFor(() => expect(checked).toHaveBeenCalled());
    expect(asked[0]!.body).toMatchObject({ mapping: { Vorname: "fields.roof_age" } });
  });

  it("shows the agency's rules, and leaves them in force where nobody chose otherwise", async () => {
    const checked = vi.fn();
    await show(<PlanStep found={uploaded} checked={checked} another={vi.fn()} />);
    const apart = screen.getByRole("checkbox", { name: /another given name/ }) as HTMLInputElement;
    await vi.waitFor(() => expect(apart.checked).toBe(true));
    await userEvent.click(apart);
    expect(screen.getByText(/Chosen for this file/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "As the rules have it" }));
    expect(apart.checked).toBe(true);
    await userEvent.click(screen.getByRole("radio", { name: /quietly/ }));
    await userEvent.click(screen.getByRole("button", { name: "Check the file" }));
    await vi.waitFor(() => expect(checked).toHaveBeenCalled());
    expect(asked[0]!.body).toMatchObject({ match_by: null, household: null });
  });

  it("says why it was refused, and goes nowhere", async () => {
    const checked = vi.fn();
    await show(<PlanStep found={uploaded} checked={checked} another={vi.fn()} />);
    refuse = Response.json({ title: "Conflict", status: 409, detail: "it has been run" }, { status: 409 });
    await userEvent.click(screen.getByRole("radio", { name: /run automations/ }));
    await userEvent.click(screen.getByRole("button", { name: "Check the file" }));
    expect((await screen.findByRole("alert")).textContent).toMatch(/it has been run/i);
    expect(checked).not.toHaveBeenCalled();
  });

  it("cannot be checked while no column tells who somebody is", async () => {
    await show(
      <PlanStep
        found={{ ...uploaded, columns: [column("Foo", null)] }}
        checked={vi.fn()}
        another={vi.fn()}
      />,
    );
    expect(screen.getByRole("button", { name: "Check the file" }).matches(":disabled")).toBe(true);
    await userEvent.selectOptions(screen.getByLabelText("What “Foo” holds"), "Email");
    expect(screen.getByRole("button", { name: "Check the file" }).matches(":disabled")).toBe(false);
  });
});

describe("an import on its way", () => {
  it("says how far it is", async () => {
    const counts = { ...uploaded.counts, rows: 500, captured: 400, rejected: 100 };
    await show(
      <Moving found={{ ...uploaded, status: "running", rows_done: 500, rows_total: 2000, counts }} />,
    );
    expect(screen.getByRole("progressbar").getAttribute("value")).toBe("500");
    expect(screen.getByRole("status").textContent).toContain("500 of 2,000 rows");
  });

  it("is run only once somebody says so, and tells whether automations will follow", async () => {
    const counts = { ...uploaded.counts, rows: 3, captured: 1, updated: 2 };
    await show(<Checked found={{ ...uploaded, status: "checked", counts }} back={vi.fn()} />);
    expect(screen.getByText(/No lead has been written yet/).textContent).toContain("No automation will run");
    expect(asked).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Import 3 rows" }));
    await vi.waitFor(() => expect(asked.map(({ what }) => what)).toEqual(["POST run"]));
  });

  it("has nothing to run where every row is there already", async () => {
    const counts = { ...uploaded.counts, rows: 3, duplicates: 3 };
    await show(<Checked found={{ ...uploaded, status: "checked", counts }} back={vi.fn()} />);
    expect(screen.getByRole("button", { name: "Nothing to import" }).matches(":disabled")).toBe(true);
  });
});
