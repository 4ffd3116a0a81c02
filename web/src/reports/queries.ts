import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data } from "../api/client";
import { byCursor } from "../api/queries";
import type {
  AnsweredLeadPage,
  ConversionTimes,
  ConvertedLeadPage,
  GroupBy,
  ResponseTimes,
} from "../api/schema";
import { type Band, bandOf, type ReportName, type ReportSearch } from "./search";

const PAGE = 50;

export type Report = ConversionTimes | ResponseTimes;
export type Row = Report["rows"][number];
type LeadsPage = ConvertedLeadPage | AnsweredLeadPage;
export type ReportedLead = LeadsPage["items"][number];

/** Over which leads a report is, as the API takes it. */
export interface Over {
  report: ReportName;
  from: string;
  to: string;
  by: GroupBy;
}

/** A report over a period. */
export function reportOf({ report, from, to, by }: Over) {
  return queryOptions({
    queryKey: ["reports", "one", report, { from, to, by }],
    queryFn: async ({ signal }): Promise<Report> => {
      const asked = { params: { query: { from, to, group_by: by } }, signal };
      return report === "conversion-times"
        ? notText(await data(api.GET("/api/v1/reports/conversion-times", asked)))
        : notText(await data(api.GET("/api/v1/reports/response-times", asked)));
    },
    placeholderData: (before) => (before?.report === report ? before : undefined),
  });
}

/** The query of the leads behind one line or one part of a report, by which they are listed and downloaded. */
export function behind({ from, to, by }: Over, { key, band }: ReportSearch) {
  const seconds: Band | null = bandOf(band);
  return {
    from,
    to,
    group_by: by,
    key,
    from_seconds: seconds?.from,
    to_seconds: seconds?.to ?? undefined,
  };
}

/** Those leads, the slowest first, page by page. */
export function leadsBehind(over: Over, picked: ReportSearch) {
  const query = behind(over, picked);
  return infiniteQueryOptions({
    ...byCursor,
    queryKey: ["reports", "list", over.report, query],
    queryFn: async ({ pageParam, signal }): Promise<LeadsPage> => {
      const asked = { params: { query: { ...query, limit: PAGE, cursor: pageParam } }, signal };
      return over.report === "conversion-times"
        ? notText(await data(api.GET("/api/v1/reports/conversion-times/leads", asked)))
        : notText(await data(api.GET("/api/v1/reports/response-times/leads", asked)));
    },
  });
}

/** How many leads are waiting for their first call, in a report that counts them. */
export function waitingOf(row: object): number | null {
  return "waiting" in row && typeof row.waiting === "number" ? row.waiting : null;
}

/** These answers may also be CSV, where it is asked for; here it never is. */
function notText<T>(answer: T): Exclude<T, string> {
  if (typeof answer === "string") throw new TypeError("an answer is CSV where JSON was asked for");
  return answer as Exclude<T, string>;
}
