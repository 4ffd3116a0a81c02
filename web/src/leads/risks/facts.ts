import type { LeadRisk, SayRisk } from "../../api/schema";
import { words } from "../../ui/format";

export type Kind = LeadRisk["kind"];

/** One thing that may be known of a risk. */
export interface Asked {
  name: string;
  label: string;
  kind?: "number";
  options?: readonly string[];
}

/** What is asked of each kind, in the order in which people say it. */
export const ASKED: Record<Kind, readonly Asked[]> = {
  home: [
    { name: "street", label: "Street" },
    { name: "city", label: "City" },
    { name: "postal_code", label: "ZIP code" },
    { name: "state", label: "State" },
    { name: "year_built", label: "Year built", kind: "number" },
    { name: "roof_year", label: "Year of the roof", kind: "number" },
    {
      name: "construction",
      label: "Construction",
      options: ["frame", "masonry", "brick_veneer", "fire_resistive", "manufactured", "other"],
    },
    { name: "occupancy", label: "Lived in by", options: ["owner", "tenant", "seasonal", "vacant"] },
    { name: "square_feet", label: "Square feet", kind: "number" },
  ],
  vehicle: [
    { name: "year", label: "Year", kind: "number" },
    { name: "make", label: "Make" },
    { name: "model", label: "Model" },
    { name: "vin", label: "VIN" },
    { name: "use", label: "Use", options: ["commute", "pleasure", "business", "farm"] },
  ],
  other: [
    { name: "what", label: "What it is" },
    { name: "description", label: "Description" },
  ],
};

export const KINDS: readonly Kind[] = ["home", "vehicle", "other"];

type Facts = Record<string, string | number | null>;

function factsOf(risk: LeadRisk): Facts {
  return { ...risk[risk.kind] };
}

/** What a risk is called: its address, its make and model, what it is. */
export function titleOf(risk: LeadRisk): string {
  const facts = factsOf(risk);
  const named = (names: readonly string[], between: string) =>
    names.flatMap((name) => facts[name] ?? []).join(between);
  if (risk.kind === "home") return named(["street", "city", "state"], ", ") || "Home";
  if (risk.kind === "vehicle") return named(["year", "make", "model"], " ") || "Vehicle";
  return named(["what"], "");
}

const IN_TITLE = new Set(["street", "city", "state", "year", "make", "model", "what"]);

/** What else is known of it, in words. */
export function linesOf(risk: LeadRisk): { label: string; value: string }[] {
  const facts = factsOf(risk);
  return ASKED[risk.kind].flatMap(({ name, label, kind, options }) => {
    const value = facts[name];
    if (value === null || value === undefined || IN_TITLE.has(name)) return [];
    if (options) return { label, value: words(String(value)) };
    const counted = kind === "number" && name === "square_feet";
    return { label, value: counted ? Number(value).toLocaleString("en-US") : String(value) };
  });
}

/** What a form begins with. */
export function entries(kind: Kind, risk: LeadRisk | null): Record<string, string> {
  const facts: Facts = risk ? factsOf(risk) : {};
  return Object.fromEntries(ASKED[kind].map(({ name }) => [name, String(facts[name] ?? "")]));
}

/** What was entered, as it is sent; a number that is none is sent as it stands, and the service says so. */
export function said(kind: Kind, entered: Readonly<Record<string, string>>): SayRisk {
  const facts = Object.fromEntries(
    ASKED[kind].map(({ name, kind: of }) => {
      const text = (entered[name] ?? "").trim();
      if (text === "") return [name, null];
      return [name, of === "number" && /^\d+$/.test(text) ? Number(text) : text];
    }),
  );
  return { [kind]: facts } as unknown as SayRisk;
}
