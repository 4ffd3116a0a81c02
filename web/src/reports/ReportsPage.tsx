import { Button, Menu, SegmentedControl } from "@mantine/core";
import { IconChartHistogram, IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useId, useMemo, useState } from "react";
import { download } from "../api/download";
import type { GroupBy } from "../api/schema";
import { useCommands } from "../commands/registry";
import { Card, Page } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { Tile, Tiles } from "../ui/Tile";
import { failed } from "../ui/toast";
import { Unfold } from "../ui/Unfold";
import { useNow } from "../ui/When";
import { useZone } from "../ui/zone";
import { bandInWords, durationOrNone } from "./durations";
import { GroupChart } from "./GroupChart";
import { GroupTable } from "./GroupTable";
import { Histogram } from "./Histogram";
import { LeadsDrawer } from "./LeadsDrawer";
import { NumbersTable } from "./NumbersTable";
import { type Period, periodInWords, periodOf, todayIn } from "./period";
import { PeriodPicker } from "./PeriodPicker";
import { type Over, type Report, reportOf, type Row, waitingOf } from "./queries";
import styles from "./Reports.module.css";
import { bandOf, bandText, GROUPS, type ReportName, REPORTS, type ReportSearch } from "./search";
import { FIRST_SORTING, pressed, sorted } from "./sorting";
import { Weeks } from "./Weeks";
import { shortDay } from "./weeks";

const route = getRouteApi("/reports");
const GROUP_NAMES = Object.keys(GROUPS) as GroupBy[];

/** How long things take, over the days and by the lines that the address says. */
export function ReportsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const zone = useZone();
  const today = todayIn(zone, useNow());
  const [choosingDays, setChoosingDays] = useState(false);
  const { from, to } = { ...periodOf("last-90", today), ...given(search) };
  const over = useMemo<Over>(
    () => ({ report: search.report ?? "conversion-times", from, to, by: search.by ?? "agent" }),
    [search.report, from, to, search.by],
  );
  const report = useQuery(reportOf(over));

  const look = useCallback(
    (next: Partial<ReportSearch>) => {
      const picking = "key" in next || "band" in next;
      // What was picked belongs to the report it was picked in.
      const kept = picking ? {} : { key: undefined, band: undefined };
      void navigate({ search: (now) => ({ ...now, ...kept, ...next }) });
    },
    [navigate],
  );
  const lookAt = useCallback(
    (name: ReportName) => look({ report: name === "conversion-times" ? undefined : name }),
    [look],
  );
  const groupBy = useCallback((by: GroupBy) => look({ by: by === "agent" ? undefined : by }), [look]);
  const keep = useCallback(
    (format: "csv" | "json") => {
      const query = { from: over.from, to: over.to, group_by: over.by, format };
      download(`/api/v1/reports/${over.report}`, query, `${over.report}.${format}`).catch((error: unknown) =>
        failed("The report was not downloaded", error),
      );
    },
    [over],
  );

  useCommands(
    useMemo(() => {
      const next = GROUP_NAMES[(GROUP_NAMES.indexOf(over.by) + 1) % GROUP_NAMES.length]!;
      const command = (keys: string, title: string, run: () => void, keywords = "") => ({
        id: `report ${title}`,
        group: "Reports",
        keys,
        title,
        run,
        keywords,
      });
      return [
        command("1", REPORTS["conversion-times"].title, () => lookAt("conversion-times")),
        command("2", REPORTS["response-times"].title, () => lookAt("response-times"), "speed to lead"),
        command("b", "Group by the next: agent, campaign, source, team", () => groupBy(next)),
        command("p", "Choose the period", () => setChoosingDays(true), "days dates"),
        command("d", "Download as CSV", () => keep("csv"), "export file"),
        command("shift+d", "Download as JSON", () => keep("json"), "export file"),
      ];
    }, [groupBy, keep, lookAt, over.by, setChoosingDays]),
  );

  const { title, summary } = REPORTS[over.report];
  return (
    <Page title={title} actions={<Download keep={keep} />}>
      <div className={styles.controls}>
        <SegmentedControl
          role="radiogroup"
          aria-label="Report"
          value={over.report}
          onChange={(name) => lookAt(name as ReportName)}
          data={Object.entries(REPORTS).map(([value, each]) => ({ value, label: each.title }))}
        />
        <PeriodPicker
          key={`${from} ${to}`}
          period={{ from, to }}
          today={today}
          choose={look}
          opened={choosingDays}
          setOpened={setChoosingDays}
        />
        <SegmentedControl
          role="radiogroup"
          aria-label="Group by"
          value={over.by}
          onChange={(by) => groupBy(by as GroupBy)}
          data={GROUP_NAMES.map((value) => ({ value, label: GROUPS[value] }))}
        />
      </div>
      {report.isPending ? (
        <Lines count={9} label="Loading the report" />
      ) : report.data ? (
        <>
          {report.isError && <Stale error={report.error} retry={() => void report.refetch()} />}
          <div className={styles.report} data-dimmed={report.isPlaceholderData || undefined}>
            <Definition summary={summary}>{report.data.definition}</Definition>
            <Shown report={report.data} look={look} />
          </div>
          <LeadsDrawer
            over={over}
            picked={search}
            title={pickedInWords(search, report.data, periodInWords({ from, to }, today))}
            opened={search.key !== undefined || search.band !== undefined}
            close={() => look({ key: undefined, band: undefined })}
          />
        </>
      ) : (
        <Failed error={report.error} retry={() => void report.refetch()} what="report" />
      )}
    </Page>
  );
}

function given({ from, to }: ReportSearch): Partial<Period> {
  return { ...(from ? { from } : {}), ...(to ? { to } : {}) };
}

function pickedInWords(search: ReportSearch, report: Report, period: string): string {
  const band = bandOf(search.band);
  const row = report.rows.find((each) => keyOf(each) === search.key);
  const what = band ? bandInWords(band) : (row?.label ?? GROUPS[report.group_by]);
  return `${what.charAt(0).toUpperCase()}${what.slice(1)}, ${period.charAt(0).toLowerCase()}${period.slice(1)}`;
}

const keyOf = (row: Row): string => row.key ?? "none";

function Download({ keep }: { keep: (format: "csv" | "json") => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} stroke={1.7} />}>
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => keep("csv")}>As CSV, for a spreadsheet</Menu.Item>
        <Menu.Item onClick={() => keep("json")}>As JSON</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** What the numbers are of, in a few words; how they are counted, for those who ask. */
function Definition({ summary, children }: { summary: string; children: string }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div className={styles.definition}>
      <p>
        <strong>{summary}.</strong>
        <Unfold open={open} setOpen={setOpen} controls={open ? id : undefined}>
          How it is counted
        </Unfold>
      </p>
      {open && <p id={id}>{children}</p>}
    </div>
  );
}

function Shown({ report, look }: { report: Report; look: (next: Partial<ReportSearch>) => void }) {
  const [sorting, setSorting] = useState(FIRST_SORTING);
  const rows = useMemo(() => sorted(report.rows, sorting), [report.rows, sorting]);
  const open = (row: Row) => look({ key: keyOf(row), band: undefined });
  const { total } = report;
  const waiting = waitingOf(total);
  const [one, many] = REPORTS[report.report].unit;
  return (
    <>
      <Tiles label="All together">
        <Tile
          name={total.count === 1 ? capital(one) : capital(many)}
          value={total.count.toLocaleString("en-US")}
        />
        <Tile name="Median" value={durationOrNone(total.median_seconds)} note="half are faster" />
        <Tile
          name="90th percentile"
          value={durationOrNone(total.p90_seconds)}
          note="nine in ten are faster"
        />
        {waiting !== null && (
          <Tile
            name="Waiting"
            value={waiting.toLocaleString("en-US")}
            note="for their first call"
            tone={waiting > 0 ? "warn" : undefined}
          />
        )}
      </Tiles>
      {report.rows.length === 0 ? (
        <Empty icon={<IconChartHistogram />} title="Nothing in these days">
          {report.report === "conversion-times"
            ? "No lead was converted. Try more days."
            : "No lead was captured. Try more days."}
        </Empty>
      ) : (
        <>
          <Card title={`By ${GROUPS[report.group_by].toLowerCase()}`}>
            <div className={styles.sideBySide}>
              <GroupChart rows={rows} open={open} />
              <GroupTable
                report={report}
                rows={rows}
                sorting={sorting}
                sortBy={(by) => setSorting((now) => pressed(now, by))}
                open={open}
              />
            </div>
          </Card>
          <div className={styles.pair}>
            <Card title="How long it took">
              <Histogram
                parts={report.distribution}
                open={(band) => look({ band: bandText(band), key: undefined })}
              />
              <NumbersTable
                title="How many leads took how long"
                columns={["Time", "Leads"]}
                rows={report.distribution.map((part) => [
                  bandInWords({ from: part.from_seconds, to: part.to_seconds }),
                  part.count,
                ])}
              />
            </Card>
            <Card title="Median, week by week">
              <Weeks weeks={report.series} />
              <NumbersTable
                title="The median week by week"
                columns={["Week from", "Leads", "Median"]}
                rows={report.series.map((week) => [
                  shortDay(week.from),
                  week.count,
                  durationOrNone(week.median_seconds),
                ])}
              />
            </Card>
          </div>
        </>
      )}
    </>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
