import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import type { AuditedChange } from "../api/schema";
import type { Audited } from "./audit";
import { AuditPane } from "./AuditPane";
import { auditedChange } from "./auditQueries";

vi.mock("./List", () => ({ Back: () => null }));

const entry: Audited = {
  service: "leads",
  id: "agency.7",
  kind: "change",
  sequence: 7,
  at: "2026-11-28T12:00:00+00:00",
  type: "leads.LeadDetailsChanged.v1",
  title: "Lead details changed",
  subject_id: "0192f000-0000-7000-8000-000000000001",
  person_id: "0192f000-0000-7000-8000-000000000002",
  actor: "key:k",
  on_behalf_of: "u",
  origin: "203.0.113.0/24; Firefox on Windows; session s-1",
  rule: "records:write/own",
  correlation_id: "request-1",
  causation_id: null,
};

function show(change: Partial<AuditedChange>, narrow = vi.fn()) {
  const queries = createQueryClient();
  queries.setQueryData(["users"], [{ id: "u", name: "Olga Owner" }]);
  queries.setQueryData(["teams"], []);
  queries.setQueryData(["campaigns"], []);
  const { service: _, ...told } = entry;
  queries.setQueryData(auditedChange("leads", 7).queryKey, {
    ...told,
    version: 2,
    forgotten: false,
    changes: [],
    ...change,
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <AuditPane entry={entry} narrow={narrow} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return narrow;
}

describe("an entry", () => {
  it("says who did it, for whom, from where and by which rule", () => {
    show({});
    expect(screen.getByText("An API key")).toBeTruthy();
    expect(screen.getByText("Olga Owner")).toBeTruthy();
    expect(screen.getByText("203.0.113.0/24")).toBeTruthy();
    expect(screen.getByText("Firefox on Windows")).toBeTruthy();
    expect(screen.getByText("Records: write, their own")).toBeTruthy();
  });

  it("says what was before and after", () => {
    show({ changes: [{ field: "phone", old: "+15550111", new: "+15550122" }] });
    expect(screen.getByText(/0111/)).toBeTruthy();
    expect(screen.getByText(/0122/)).toBeTruthy();
  });

  it("of somebody forgotten says so", () => {
    show({ forgotten: true });
    expect(screen.getByText(/was forgotten since/)).toBeTruthy();
  });

  it("leads to all that was done about its person", () => {
    const narrow = show({});
    fireEvent.click(screen.getByText("All about this person"));
    expect(narrow).toHaveBeenCalledWith({ subject: entry.person_id });
  });
});
