import { expect, it } from "vitest";
import { readSourceSearch, viewsOf } from "./views";
import { addressOf, amountInWords, canBeMended, listed, minorOf, snippetOf, written } from "./words";

it("reads amounts as people write them, and nothing else", () => {
  expect(["12.50", "$12", " 7,5 ", "0", "", "twelve", "1.234", "-1"].map(minorOf)).toEqual([
    1250,
    1200,
    750,
    0,
    null,
    null,
    null,
    null,
  ]);
  expect(written({ minor: 1205 })).toBe("12.05");
  expect(amountInWords({ minor: 1205, currency: "USD" })).toBe("$12.05");
});

it("takes lists by lines and commas", () => {
  expect(listed("https://a.example\n https://b.example,, ")).toEqual([
    "https://a.example",
    "https://b.example",
  ]);
});

it("names the line for a page, and where posts go", () => {
  expect(snippetOf("https://app.example", "glf_x")).toBe(
    '<script src="https://app.example/api/v1/lead-forms/form.js" data-form="glf_x" async></script>',
  );
  expect(addressOf("https://app.example", "gls_x")).toBe("https://app.example/api/v1/lead-posts/gls_x");
});

it("lets posts be captured anew that became nothing, and no pings", () => {
  expect(canBeMended({ what: "post", fate: "held" })).toBe(true);
  expect(canBeMended({ what: "post", fate: "captured" })).toBe(false);
  expect(canBeMended({ what: "ping", fate: "unreadable" })).toBe(false);
});

it("shows the parts that a source has", () => {
  expect(Object.keys(viewsOf({ kind: "form" }))).toEqual(["posts", "form", "set-up"]);
  expect(Object.keys(viewsOf({ kind: "vendor" }))).toEqual(["posts", "mapping", "set-up"]);
  expect(readSourceSearch({ part: "mapping" })).toEqual({ part: "mapping" });
  expect(readSourceSearch({ part: "nonsense" })).toEqual({});
});
