import { describe, expect, it } from "vitest";
import { actorName, envelopeOf, fieldsOf } from "./events";

describe("fieldsOf", () => {
  it("names each value by where it stands, and tells what kind it is", () => {
    const data = {
      lead_id: "01939f00-0000-7000-8000-000000000001",
      name: { given: "Ana", family: "Ruiz" },
      started_at: "2026-11-24T19:20:41Z",
      duration_seconds: 1500,
      email: null,
      tags: ["hot", "web"],
      spans: [{ start: 0 }, { start: 4 }],
      inbound: false,
    };
    expect(fieldsOf(data)).toEqual([
      { name: "Lead id", value: "01939f00-0000-7000-8000-000000000001", kind: "id" },
      { name: "Name › Given", value: "Ana", kind: "text" },
      { name: "Name › Family", value: "Ruiz", kind: "text" },
      { name: "Started at", value: "2026-11-24T19:20:41Z", kind: "moment" },
      { name: "Duration seconds", value: "1,500", kind: "number" },
      { name: "Email", value: null, kind: "text" },
      { name: "Tags", value: "hot, web", kind: "text" },
      { name: "Spans 1 › Start", value: "0", kind: "number" },
      { name: "Spans 2 › Start", value: "4", kind: "number" },
      { name: "Inbound", value: "No", kind: "text" },
    ]);
  });

  it("is nothing for nothing", () => {
    expect(fieldsOf({})).toEqual([]);
  });
});

const nameOf = (id: string) => ({ u1: "Ana Ruiz" })[id] ?? "—";

it("who did it is said in words", () => {
  expect(
    ["person:u1", "ai:offline", "automation:leads.last-contact", "import:7", "x", null].map((actor) =>
      actorName(actor, nameOf),
    ),
  ).toEqual(["Ana Ruiz", "AI (offline)", "Automation (leads.last-contact)", "An import", "x", null]);
});

it("a malformed message shows what it has", () => {
  expect(envelopeOf({ time: 4, data: null })).toEqual({ time: null, actor: null, data: {} });
});
