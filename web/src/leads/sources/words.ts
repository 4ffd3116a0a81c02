import type { LeadPost, LeadSource } from "../../api/schema";
import type { Tone } from "../../ui/Chip";

export type Fate = LeadPost["fate"];

/** What became of a post or ping: its word, and a tone for the eye. */
export const FATES: Record<Fate, { word: string; tone: Tone }> = {
  captured: { word: "Captured", tone: "good" },
  inquiry: { word: "Asked again", tone: "info" },
  duplicate: { word: "Sent twice", tone: "plain" },
  held: { word: "To be mended", tone: "warn" },
  spam: { word: "Spam", tone: "plain" },
  unreadable: { word: "Unreadable", tone: "bad" },
  not_read: { word: "Not read", tone: "warn" },
  accepted: { word: "Bid", tone: "good" },
  rejected: { word: "No bid", tone: "plain" },
};

/** Whether it may be captured after all. */
export const canBeMended = ({ what, fate }: Pick<LeadPost, "what" | "fate">): boolean =>
  what === "post" && ["held", "spam", "unreadable", "not_read"].includes(fate);

export const KINDS: Record<LeadSource["kind"], { word: string; what: string }> = {
  vendor: { word: "Vendor", what: "Sells leads, and posts them in its own words" },
  api: { word: "API", what: "A system of your own, which posts leads" },
  mail: {
    word: "Mail",
    what: "Leads are sent to it as mails: by a vendor, or by a form of another program’s",
  },
  form: { word: "Web form", what: "People fill it in on a page of yours" },
};

/** Our fields, as people call them, in the order in which they are mapped. */
export const FIELDS: Record<string, string> = {
  name: "Whole name",
  given_name: "First name",
  family_name: "Last name",
  email: "Email",
  phone: "Telephone",
  street: "Street and number",
  city: "City",
  postal_code: "ZIP code",
  state: "State",
  birth_date: "Birth date",
  line_of_business: "Line of business",
  current_carrier: "Current carrier",
  x_date: "X-date",
  notes: "Notes",
  reference: "Vendor’s lead id",
  consent_text: "Consent text",
  consented_at: "Consent time",
  consent_token: "Consent token (TrustedForm, Jornaya)",
  source_url: "Page they were on",
  price: "Price",
  ping_id: "Ping’s id",
  address: "IP address",
  user_agent: "Browser",
  utm_source: "Link’s source (utm_source)",
  utm_medium: "Link’s medium (utm_medium)",
  utm_campaign: "Link’s campaign (utm_campaign)",
  utm_term: "Link’s term (utm_term)",
  utm_content: "Link’s content (utm_content)",
};

/** What a form may ask. */
export const FORM_FIELDS = [
  "name",
  "email",
  "phone",
  "street",
  "city",
  "postal_code",
  "state",
  "line_of_business",
  "current_carrier",
  "notes",
] as const;

/** An amount in minor units, as it is written; `USD` by its sign. */
export function amountInWords(money: { minor: number; currency: string }): string {
  return new Intl.NumberFormat("en-US", { style: "currency", currency: money.currency }).format(
    money.minor / 100,
  );
}

/** What somebody wrote as an amount, in minor units; null for nothing, and where it is none. */
export function minorOf(text: string): number | null {
  const written = /^\s*\$?(\d{1,9})(?:[.,](\d{1,2}))?\s*$/.exec(text);
  return written ? Number(written[1]) * 100 + Number((written[2] ?? "").padEnd(2, "0")) : null;
}

/** A minor amount as a field shows it. */
export const written = (money: { minor: number } | null | undefined): string =>
  money ? (money.minor / 100).toFixed(2) : "";

/** What makes a page show the form. */
export const snippetOf = (origin: string, address: string): string =>
  `<script src="${origin}/api/v1/lead-forms/form.js" data-form="${address}" async></script>`;

/** Where posts go. */
export const addressOf = (origin: string, address: string): string =>
  `${origin}/api/v1/lead-posts/${address}`;

/** Where a provider that takes mail in hands it on. */
export const mailedBy = (origin: string, mailbox: string): string => `${origin}/api/v1/lead-mails/${mailbox}`;

/** What came, in a word: a post, a ping, a mail. */
export const titleOf = ({ what, format }: Pick<LeadPost, "what" | "format">): string =>
  format === "mail" ? "Mail" : what === "ping" ? "Ping" : "Post";

/** Words that stand one a line, or with commas between them. */
export const listed = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .map((each) => each.trim())
    .filter(Boolean);
