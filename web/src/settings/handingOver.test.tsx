import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createQueryClient } from "../api/queries";
import type { Team, User } from "../api/schema";
import { DissolveTeam } from "./teams/DissolveTeam";
import { inWords, takers } from "./handingOver";
import { Leaving } from "./people/Leaving";

const somebody = (id: string, name: string, said: Partial<User> = {}): User => ({
  id,
  name,
  email: `${id}@garden.example`,
  role: "agent",
  team_ids: [],
  active: true,
  time_zone: null,
  locale: null,
  version: 1,
  ...said,
});
const ann = somebody("ann", "Ann Agent");
const ben = somebody("ben", "Ben Baker", { team_ids: ["north"] });
const everybody = [
  ann,
  ben,
  somebody("vic", "Vic Viewer", { role: "viewer" }),
  somebody("gone", "Gus Gone", { active: false }),
];
const team = (id: string, name: string): Team => ({ id, name, branch_id: null, lead_ids: [], version: 3 });
const [north, south] = [team("north", "North"), team("south", "South")] as const;

let held: { leads: number; clients: number; tasks: number } | null;
let sent: { path: string; body: unknown }[];
let answered: Promise<void>;

beforeEach(() => {
  held = { leads: 12, clients: 1, tasks: 0 };
  sent = [];
  answered = Promise.resolve();
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      sent.push({ path: pathname, body: await request.json() });
      await answered;
      return pathname.endsWith("/dissolve")
        ? new Response(null, { status: 204 })
        : Response.json({ ...ann, active: false });
    }
    if (pathname === "/api/v1/users") return Response.json({ items: everybody, next_cursor: null });
    if (held === null) return Response.json({ title: "Away", detail: "try again" }, { status: 503 });
    const of = /(leads|clients|tasks)/.exec(pathname)![0] as keyof typeof held;
    return Response.json({ count: held[of] });
  });
});
afterEach(() => vi.unstubAllGlobals());

function show(part: ReactNode) {
  const queries = createQueryClient();
  queries.setDefaultOptions({ queries: { retry: false } });
  const within = (shown: ReactNode) => (
    <QueryClientProvider client={queries}>
      <MantineProvider>{shown}</MantineProvider>
    </QueryClientProvider>
  );
  const { rerender } = render(within(part));
  return (another: ReactNode) => rerender(within(another));
}

const options = () => screen.getAllByRole("option").map(({ textContent }) => textContent);

describe("what somebody has, in words", () => {
  it("counts both, and nothing of what there is none", () => {
    expect(inWords({ leads: 1200, clients: 1, tasks: 0 })).toBe("1,200 open leads and one client");
    expect(inWords({ leads: 2, clients: 1, tasks: 3 })).toBe("2 open leads, one client, and 3 tasks");
    expect(inWords({ leads: 1, clients: 0, tasks: 0 })).toBe("one open lead");
    expect(inWords({ leads: 0, clients: 0, tasks: 0 })).toBeNull();
  });

  it("goes to those alone who are at work and may change records", () => {
    expect(takers(everybody, ann)).toEqual([ben]);
  });
});

describe("somebody who is deactivated", () => {
  it("hands over what they have, to the pool unless somebody is chosen", async () => {
    const done = vi.fn();
    show(<Leaving person={ann} done={done} />);
    await userEvent.click(screen.getByRole("button", { name: "Deactivate…" }));
    await screen.findByText("They have 12 open leads and one client.");
    await waitFor(() =>
      expect(options()).toEqual([
        "Back to the pool, for whoever takes it",
        "To Ben Baker (agent)",
        "Nowhere: it stays theirs for now",
      ]),
    );
    await userEvent.selectOptions(screen.getByLabelText("Their work goes"), "ben");
    await userEvent.click(screen.getByRole("button", { name: "Deactivate Ann Agent now" }));
    await waitFor(() => expect(done).toHaveBeenCalled());
    expect(sent).toEqual([{ path: "/api/v1/users/ann/deactivate", body: { work_to: "ben" } }]);
  });

  it("is asked nothing where they have nothing", async () => {
    held = { leads: 0, clients: 0, tasks: 0 };
    show(<Leaving person={ann} done={() => undefined} />);
    await userEvent.click(screen.getByRole("button", { name: "Deactivate…" }));
    await screen.findByText("They have no open leads, clients or tasks.");
    expect(screen.queryByLabelText("Their work goes")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Deactivate Ann Agent now" }));
    await waitFor(() =>
      expect(sent).toEqual([{ path: "/api/v1/users/ann/deactivate", body: { work_to: null } }]),
    );
  });

  it("can be deactivated while nothing can be counted", async () => {
    held = null;
    show(<Leaving person={ann} done={() => undefined} />);
    await userEvent.click(screen.getByRole("button", { name: "Deactivate…" }));
    await screen.findByText("What is theirs cannot be counted just now.");
    await userEvent.click(screen.getByRole("button", { name: "Deactivate Ann Agent now" }));
    await waitFor(() => expect(sent[0]?.body).toEqual({ work_to: "pool" }));
  });

  it("is done with also where live news of it comes before the answer", async () => {
    const done = vi.fn();
    let answer: (() => void) | undefined;
    answered = new Promise((resolve) => (answer = resolve));
    const become = show(<Leaving person={ann} done={done} />);
    await userEvent.click(screen.getByRole("button", { name: "Deactivate…" }));
    await screen.findByText("They have 12 open leads and one client.");
    await userEvent.click(screen.getByRole("button", { name: "Deactivate Ann Agent now" }));
    await waitFor(() => expect(sent).toHaveLength(1));
    become(<Leaving person={{ ...ann, active: false }} done={done} />);
    expect(done).not.toHaveBeenCalled();
    answer?.();
    await waitFor(() => expect(done).toHaveBeenCalled());
  });

  it("can hand over later what was left", async () => {
    show(<Leaving person={{ ...ann, active: false }} done={() => undefined} />);
    await userEvent.click(await screen.findByRole("button", { name: "Hand it over" }));
    await waitFor(() =>
      expect(sent).toEqual([{ path: "/api/v1/users/ann/deactivate", body: { work_to: "pool" } }]),
    );
    expect(screen.getByRole("button", { name: "Let them in again" })).not.toBeNull();
  });
});

it("a team is dissolved once it is said what becomes of what is with it", async () => {
  const done = vi.fn();
  show(<DissolveTeam team={north} teams={[north, south]} people={everybody} done={done} />);
  await userEvent.click(screen.getByRole("button", { name: "Dissolve…" }));
  await screen.findByText("One person leaves it. With it are 12 open leads and one client.");
  expect(options()).toEqual(["To no team: its pool to the agency’s", "To South"]);
  await userEvent.selectOptions(screen.getByLabelText("What is with it goes"), "south");
  await userEvent.click(screen.getByRole("button", { name: "Dissolve North now" }));
  await waitFor(() => expect(done).toHaveBeenCalled());
  expect(sent).toEqual([{ path: "/api/v1/teams/north/dissolve", body: { pool_to_id: "south" } }]);
});
