import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { signInsOf } from "../account/queries";
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

function show(change: Partial<AuditedChange>, narrow = vi.fn(), shown: Audited = entry) {
  const queries = createQueryClient();
  queries.setQueryData(["users"], [{ id: "u", name: "Olga Owner" }]);
  queries.setQueryData(["teams"], []);
  queries.setQueryData(["campaigns"], []);
  queries.setQueryData(signInsOf("u").queryKey, {
    pages: [
      {
        items: [
          {
            id: "1",
            at: entry.at,
            outcome: "wrong password" as const,
            device: "Chrome on Mac",
            address: "203.0.113.9",
            session_id: null,
          },
        ],
        next_cursor: null,
      },
    ],
    pageParams: [undefined],
  });
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
        <AuditPane entry={shown} narrow={narrow} />
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

  it("leads to all of its kind, and to all on the same behalf", () => {
    const narrow = show({});
    fireEvent.click(screen.getByText("All of this kind"));
    expect(narrow).toHaveBeenCalledWith({ type: entry.type });
    fireEvent.click(screen.getByText("All on their behalf"));
    expect(narrow).toHaveBeenCalledWith({ behalf: "u" });
  });

  it("of somebody who was not let in names the account, and who else tried it, from which address", () => {
    const narrow = show({}, vi.fn(), {
      ...entry,
      service: "identity",
      id: "r",
      kind: "sign-in",
      sequence: null,
      type: "not signed in: wrong password",
      title: "Not signed in: wrong password",
      subject_id: "u",
      person_id: null,
      actor: "system:sign-in",
      on_behalf_of: null,
      origin: "203.0.113.0/24; Chrome on Mac",
      rule: null,
    });
    expect(screen.getByText("Somebody unknown")).toBeTruthy();
    expect(screen.getByText("Olga Owner")).toBeTruthy();
    expect(screen.getByText(/203\.0\.113\.9/)).toBeTruthy();
    expect(screen.queryByText("Allowed by")).toBeNull();
    fireEvent.click(screen.getByText("All at this account"));
    expect(narrow).toHaveBeenCalledWith({ subject: "u" });
  });

  it("leads to all that was done about its person", () => {
    const narrow = show({});
    fireEvent.click(screen.getByText("All about this person"));
    expect(narrow).toHaveBeenCalledWith({ subject: entry.person_id });
  });
});
