import type { LeadField } from "../../api/schema";
import { day } from "../../ui/format";
import type { FieldValue } from "./queries";

type Kind = LeadField["kind"];

/** A value as people read it. */
export function shown(kind: Kind, value: FieldValue | undefined, currency: string): string | null {
  if (value === undefined) return null;
  switch (kind) {
    case "yes_no":
      return value === true ? "Yes" : "No";
    case "date":
      return day(String(value));
    case "money":
      return (Number(value) / 100).toLocaleString("en-US", { style: "currency", currency });
    case "number":
      return Number(value).toLocaleString("en-US", { maximumFractionDigits: 10 });
    default:
      return String(value);
  }
}

/** A value as it is entered. */
export function written(kind: Kind, value: FieldValue | undefined): string {
  if (value === undefined) return "";
  if (kind === "money") return (Number(value) / 100).toFixed(2);
  if (kind === "yes_no") return value === true ? "yes" : "no";
  return String(value);
}

/** What was entered, as it is sent; nothing is null. What is no number goes as it is, and is refused in words. */
export function entered(kind: Kind, text: string): FieldValue | null {
  const said = text.trim();
  if (said === "") return null;
  if (kind === "yes_no") return said === "yes";
  if (kind === "money") {
    const amount = Number(said.replaceAll(/[$,\s]/g, ""));
    return Number.isFinite(amount) ? Math.round(amount * 100) : said;
  }
  return said;
}

/** Tags as they are entered: apart by commas, each once. */
export function tagsIn(text: string): string[] {
  return [...new Set(text.split(",").map((tag) => tag.trim().replaceAll(/\s+/g, " ")))].filter(Boolean);
}

/** Whether a lead has a field: those of its line, and those under which something is known already. */
export function has(field: LeadField, lead: { line_of_business: string | null; fields: object }): boolean {
  if (field.key in lead.fields) return true;
  const ofItsLine = field.line_of_business === null || field.line_of_business === lead.line_of_business;
  return !field.retired && ofItsLine;
}
