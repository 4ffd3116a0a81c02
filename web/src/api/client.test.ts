import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { authorizedFetch, data, newKey, takeTokensFrom } from "./client";
import { ApiProblem } from "./problem";

const answers: Response[] = [];
const asked: Request[] = [];

beforeEach(() => {
  answers.length = 0;
  asked.length = 0;
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(request);
    const answer = answers.shift();
    return answer ? Promise.resolve(answer) : Promise.reject(new TypeError("no network"));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  takeTokensFrom(() => Promise.resolve(null));
});

const request = () => new Request("http://garden.example/api/v1/leads", { method: "POST", body: "{}" });

describe("a request", () => {
  it("renews a refused token once, and is sent again with its body", async () => {
    takeTokensFrom((renew) => Promise.resolve(renew ? "new" : "old"));
    answers.push(new Response(null, { status: 401 }), new Response("{}"));
    expect((await authorizedFetch(request())).status).toBe(200);
    expect(asked.map((each) => each.headers.get("authorization"))).toEqual(["Bearer old", "Bearer new"]);
    expect(await asked[1]!.text()).toBe("{}");
  });

  it("is refused where the new token is refused too", async () => {
    takeTokensFrom(() => Promise.resolve("any"));
    answers.push(new Response(null, { status: 401 }), new Response(null, { status: 401 }));
    expect((await authorizedFetch(request())).status).toBe(401);
    expect(asked).toHaveLength(2);
  });

  it("says that nothing answered", async () => {
    await expect(authorizedFetch(request())).rejects.toMatchObject({ status: 0, passes: true });
  });
});

describe("an answer", () => {
  it("that is a problem is thrown in the service's words, each at its field", async () => {
    const response = new Response(null, { status: 422, headers: { "retry-after": "3" } });
    const error = {
      title: "Invalid",
      status: 422,
      detail: "this is no address",
      errors: [{ pointer: "/email", detail: "x" }],
    };
    const problem = await data(Promise.resolve({ error, response })).catch((thrown: unknown) => thrown);
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({
      status: 422,
      message: "This is no address.",
      fields: { "/email": "x" },
      retryAfter: 3,
    });
  });

  it("without a body is no success of its own", async () => {
    const response = new Response("<html>", { status: 502 });
    await expect(data(Promise.resolve({ error: "<html>", response }))).rejects.toMatchObject({
      status: 502,
      passes: true,
    });
  });
});

it("keys are never the same", () => {
  expect(new Set(Array.from({ length: 100 }, newKey)).size).toBe(100);
});
