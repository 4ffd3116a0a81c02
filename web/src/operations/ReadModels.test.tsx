import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { createQueryClient } from "../api/queries";
import type { ShownReadModel } from "../api/schema";
import { readModels } from "./queries";
import { ReadModels } from "./ReadModels";
import { SERVICE_NAMES } from "./services";

const model: ShownReadModel = {
  name: "leads",
  tables: [{ name: "leads", rows_estimate: 63 }],
  consumers: ["leads.last-contact"],
  events: 400,
  rebuild: null,
  verifying: false,
};

function show(of: Partial<ShownReadModel>) {
  const queries = createQueryClient();
  for (const service of SERVICE_NAMES) {
    const items = service === "leads" ? [{ ...model, ...of }] : [];
    const told = { pages: [{ items, next_cursor: null }], pageParams: [undefined] };
    queries.setQueryData(readModels(service).queryKey, told);
  }
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <ReadModels />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

describe("a read model", () => {
  it("that is live says how many events it holds", () => {
    show({});
    expect(screen.getByText("400 events")).toBeTruthy();
    expect(screen.queryByRole("progressbar")).toBeNull();
  });

  it("that is being rebuilt says how far that is", () => {
    show({ rebuild: { done: 100, events: 400, under_way: true } });
    expect(screen.getByText("Being rebuilt")).toBeTruthy();
    expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("25");
    expect(screen.queryByText("gardenos rebuild leads leads")).toBeNull();
  });

  it("whose rebuild was left off says so, and by what it is gone on with", () => {
    show({ rebuild: { done: 100, events: 400, under_way: false } });
    expect(screen.getByText("Rebuild left off")).toBeTruthy();
    expect(screen.queryByText("Being rebuilt")).toBeNull();
    expect(screen.getByText("gardenos rebuild leads leads")).toBeTruthy();
  });

  it("that is held against its events says so", () => {
    show({ verifying: true });
    expect(screen.getByText("Being verified")).toBeTruthy();
  });
});
