import { QueryClientProvider } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import { useNameOf } from "./queries";

afterEach(() => vi.unstubAllGlobals());

it("names colleagues, and whoever is none any more as a former one once that is known", async () => {
  const waiting: ((response: Response) => void)[] = [];
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => waiting.push(resolve)));
  const client = createQueryClient();
  const { result } = renderHook(() => useNameOf(), {
    wrapper: ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    ),
  });
  expect(result.current("gone")).toBe("—");
  await waitFor(() => expect(waiting).toHaveLength(1));
  waiting[0]!(Response.json({ items: [{ id: "u", name: "Ana Alvarez" }], next_cursor: null }));
  await waitFor(() => expect(result.current("u")).toBe("Ana Alvarez"));
  expect(result.current("gone")).toBe("A former colleague");
  expect(result.current(null)).toBe("Pool");
});
