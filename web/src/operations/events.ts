import { words } from "../ui/format";

/** A value of an event's data, beside the words for where it stands. */
export interface Field {
  name: string;
  value: string | null;
  kind: "text" | "moment" | "id" | "number";
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An event's data as fields to read, in their order; what lies within another carries its name: `Name › Given`. */
export function fieldsOf(data: unknown, within = ""): Field[] {
  if (Array.isArray(data)) {
    if (data.length === 0) return [{ name: within, value: "None", kind: "text" }];
    if (data.every((each) => typeof each !== "object" || each === null)) {
      return [{ name: within, value: data.map(String).join(", "), kind: "text" }];
    }
    return data.flatMap((each, place) => fieldsOf(each, `${within} ${place + 1}`));
  }
  if (typeof data === "object" && data !== null) {
    return Object.entries(data).flatMap(([key, value]) =>
      fieldsOf(value, within ? `${within} › ${words(key)}` : words(key)),
    );
  }
  return [{ name: within, ...valueOf(data) }];
}

function valueOf(value: unknown): Omit<Field, "name"> {
  if (value === null || value === undefined || value === "") return { value: null, kind: "text" };
  if (typeof value === "boolean") return { value: value ? "Yes" : "No", kind: "text" };
  if (typeof value === "number") return { value: value.toLocaleString("en-US"), kind: "number" };
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return { value: text, kind: MOMENT.test(text) ? "moment" : ID.test(text) ? "id" : "text" };
}

/** What an event carries besides its data, in the CloudEvents JSON format. */
export interface Envelope {
  time: string | null;
  /** `person:<user id>`, `ai:<engine>`, … */
  actor: string | null;
  data: unknown;
}

/** What is shown of a message; one that is malformed shows what it has. */
export function envelopeOf(message: Record<string, unknown>): Envelope {
  return { time: textOf(message.time), actor: textOf(message.actor), data: message.data ?? {} };
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** Whose hand it was, in words. */
export function actorName(actor: string | null, nameOf: (userId: string) => string): string | null {
  const [, kind, id] = /^(\w+):(.*)$/.exec(actor ?? "") ?? [];
  switch (kind) {
    case "person":
      return nameOf(id!);
    case "ai":
      return `AI (${id})`;
    case "automation":
      return `Automation (${id})`;
    case "import":
      return "An import";
    case "key":
      return "An API key";
    case "operator":
      return "The platform’s operator";
    case "system":
      return id === "sign-in" ? "Somebody unknown" : "The platform";
    default:
      return actor;
  }
}
