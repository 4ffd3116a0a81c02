import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const user = { id: "u", name: "Ana", email: "a@b.example", role: "agent", team_ids: [] };
const agency = { id: "a", name: "Maple", time_zone: "America/Chicago", currency: "USD" };
const answer = (number: number, expires = 600, where = "a") =>
  Response.json(
    {
      access_token: `access ${number}`,
      token_type: "Bearer",
      expires_in: expires,
      refresh_token: `refresh ${number}`,
      user,
      agency: { ...agency, id: where },
    },
    { status: 201 },
  );

let asked: { path: string; body: string }[];
let answers: (() => Response | Promise<Response>)[];

beforeEach(() => {
  vi.resetModules();
  localStorage.clear();
  asked = [];
  answers = [];
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    const path = new URL(input instanceof Request ? input.url : input, "http://x").pathname;
    asked.push({ path, body: input instanceof Request ? await input.text() : String(init?.body) });
    const next = answers.shift();
    if (!next) throw new TypeError("no network");
    return next();
  });
});
afterEach(() => vi.unstubAllGlobals());

const fresh = () => import("./session");

describe("a session", () => {
  it("that was kept is taken up again, once, however many ask", async () => {
    localStorage.setItem("gardenos.session", "refresh 1");
    const { accessToken } = await fresh();
    answers.push(() => answer(2));
    expect(await Promise.all([accessToken(false), accessToken(false), accessToken(true)])).toEqual(
      Array(3).fill("access 2"),
    );
    expect(asked).toEqual([{ path: "/api/v1/sessions/refresh", body: '{"refresh_token":"refresh 1"}' }]);
    expect(localStorage.getItem("gardenos.session")).toBe("refresh 2");
  });

  it("goes to another agency by itself, and the other tabs follow", async () => {
    localStorage.setItem("gardenos.session", "refresh 1");
    const { accessToken, start, switchAgency } = await fresh();
    const forget = vi.fn();
    start(forget);
    answers.push(() => answer(2));
    await accessToken(false);
    expect(forget).not.toHaveBeenCalled();
    answers.push(() => answer(3, 600, "b"));
    await switchAgency("b");
    expect(forget).toHaveBeenCalledOnce();
    expect(asked.at(-1)).toEqual({ path: "/api/v1/sessions/switch", body: '{"agency_id":"b"}' });
    expect(await accessToken(false)).toBe("access 3");
    expect(localStorage.getItem("gardenos.session")).toBe("refresh 3");
    expect(localStorage.getItem("gardenos.agency")).toBe("b");
    // Another tab has gone back.
    localStorage.setItem("gardenos.session", "refresh 4");
    answers.push(() => answer(5));
    dispatchEvent(new StorageEvent("storage", { key: "gardenos.agency", newValue: "a" }));
    await vi.waitFor(() => expect(localStorage.getItem("gardenos.session")).toBe("refresh 5"));
    expect(asked.at(-1)!.body).toBe('{"refresh_token":"refresh 4"}');
    expect(forget).toHaveBeenCalledTimes(2);
  });

  it("stays where it is where the other agency is not to be had", async () => {
    localStorage.setItem("gardenos.session", "refresh 1");
    const { accessToken, switchAgency } = await fresh();
    answers.push(
      () => answer(2),
      () => Response.json({ detail: "you are not in this agency" }, { status: 404 }),
    );
    await expect(switchAgency("b")).rejects.toThrow("You are not in this agency.");
    expect(await accessToken(false)).toBe("access 2");
  });

  it("is renewed before its token expires", async () => {
    localStorage.setItem("gardenos.session", "refresh 1");
    const { accessToken } = await fresh();
    answers.push(
      () => answer(2, 10),
      () => answer(3),
    );
    expect(await accessToken(false)).toBe("access 2");
    expect(await accessToken(false)).toBe("access 3");
    expect(await accessToken(false)).toBe("access 3");
    expect(asked).toHaveLength(2);
  });

  it("that has ended is forgotten; one that cannot be asked about is kept", async () => {
    localStorage.setItem("gardenos.session", "refresh 1");
    const { accessToken } = await fresh();
    await expect(accessToken(false)).rejects.toMatchObject({ status: 0 });
    expect(localStorage.getItem("gardenos.session")).toBe("refresh 1");
    answers.push(() => Response.json({ detail: "ended" }, { status: 401 }));
    expect(await accessToken(false)).toBeNull();
    expect(localStorage.getItem("gardenos.session")).toBeNull();
  });

  it("another tab's newer refresh token is the one that is used", async () => {
    localStorage.setItem("gardenos.session", "refresh 1");
    const { accessToken } = await fresh();
    answers.push(() => answer(2, 1));
    await accessToken(false);
    localStorage.setItem("gardenos.session", "refresh 7");
    answers.push(() => answer(8));
    await accessToken(false);
    expect(asked.at(-1)!.body).toContain("refresh 7");
  });
});
