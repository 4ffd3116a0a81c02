import type { Problem } from "./schema";

/** What the whole agency of whoever asks is refused for, by the `type` of the problem. */
export const AGENCY_SUSPENDED = "urn:gardenos:agency-suspended";
export const AGENCY_CLOSED = "urn:gardenos:agency-closed";

/** What is done only by who has confirmed lately that it is they. */
const CONFIRMATION_NEEDED = "urn:gardenos:confirmation-needed";

/** An answer that is not a success, in the service's own words (RFC 9457), or that never came. */
export class ApiProblem extends Error {
  /** HTTP status; 0 where nothing answered. */
  readonly status: number;
  /** What is wrong, by JSON pointer into the body. */
  readonly fields: Readonly<Record<string, string>>;
  /** Seconds to wait before another try, where the service said so. */
  readonly retryAfter: number | null;
  /** By which it is told from others of the same status, where that matters. */
  readonly type: string;
  /** The address of the record that stands in the way, where whoever asks may see it. */
  readonly see: string | null;

  constructor(
    status: number,
    detail: string,
    fields: Record<string, string> = {},
    retryAfter: number | null = null,
    type = "about:blank",
    see: string | null = null,
  ) {
    super(detail);
    this.name = "ApiProblem";
    this.status = status;
    this.fields = fields;
    this.retryAfter = retryAfter;
    this.type = type;
    this.see = see;
  }

  static from(response: Response, body: unknown): ApiProblem {
    const problem = isProblem(body) ? body : null;
    const fields = Object.fromEntries(
      (problem?.errors ?? []).map((each) => [each.pointer ?? "", each.detail]),
    );
    const retryAfter = Number(response.headers.get("retry-after")) || null;
    const detail = problem?.detail ?? `the server answered ${response.status}`;
    return new ApiProblem(
      response.status,
      sentence(detail),
      fields,
      retryAfter,
      problem?.type,
      problem?.see ?? null,
    );
  }

  /** Nothing answered: the network or the server is away. */
  static get unreachable(): ApiProblem {
    return new ApiProblem(
      0,
      "GardenOS cannot be reached. Check your connection; nothing you entered is lost.",
    );
  }

  /** Whether the whole agency is refused, whatever was asked. */
  get isOfAgency(): boolean {
    return this.type === AGENCY_SUSPENDED || this.type === AGENCY_CLOSED;
  }

  /** Whether the same request is answered once whoever asks has confirmed that it is they. */
  get asksToConfirm(): boolean {
    return this.type === CONFIRMATION_NEEDED;
  }

  /** Whether the same request may succeed later without anybody's doing. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "detail" in body && typeof body.detail === "string";
}

/** The services speak in clauses; people read sentences. */
function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
