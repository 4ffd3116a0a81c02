import { Tooltip } from "@mantine/core";
import { AxisBottom } from "@visx/axis";
import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import { Bar } from "@visx/shape";
import styles from "./Charts.module.css";
import { durationOrNone, tick, ticksFor } from "./durations";
import { fitting } from "./fitting";
import { moveFocus } from "./moveFocus";
import type { Row } from "./queries";
import { useWidth } from "./useWidth";

const ROW = 46;
const BAR = 14;
const BAR_AT = 22;
const AXIS = 26;
const RIGHT = 10;
const MOST = 15;

/**
 * The median of each line as a bar, its 90th percentile as a whisker, in the order they are given. Each bar opens the
 * leads behind it; arrows go from one to the next.
 */
export function GroupChart({ rows, open }: { rows: readonly Row[]; open: (row: Row) => void }) {
  const { ref, width } = useWidth();
  const shown = rows.filter((row) => row.median_seconds !== null).slice(0, MOST);
  const most = Math.max(...shown.map((row) => row.p90_seconds ?? row.median_seconds ?? 0), 1);
  const ticks = ticksFor(most, width < 360 ? 3 : 5);
  const x = scaleLinear({ domain: [0, ticks.at(-1)!], range: [0, Math.max(0, width - RIGHT)] });
  const height = shown.length * ROW;
  if (shown.length === 0) return null;
  return (
    <div ref={ref} className={styles.drawing} style={{ minHeight: height + AXIS }}>
      {width > 0 && (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
        <svg
          width={width}
          height={height + AXIS}
          role="group"
          aria-label="Median and 90th percentile of each line"
          onKeyDown={moveFocus}
        >
          {ticks.slice(1).map((at) => (
            <line key={at} x1={x(at)} x2={x(at)} y1={0} y2={height} className={styles.gridline} />
          ))}
          {shown.map((row, place) => (
            <Line key={row.key ?? "none"} row={row} top={place * ROW} x={x} width={width} open={open} />
          ))}
          <AxisBottom
            top={height}
            scale={x}
            tickValues={ticks}
            tickFormat={(at) => tick(Number(at))}
            axisLineClassName={styles.axis}
            tickLineProps={{ className: styles.axis }}
            tickLength={4}
            tickLabelProps={(_, place) => ({
              className: styles.label,
              textAnchor: place === 0 ? "start" : place === ticks.length - 1 ? "end" : "middle",
              dx: place === ticks.length - 1 ? RIGHT : 0,
              dy: 4,
            })}
          />
        </svg>
      )}
      {rows.length > shown.length && (
        <p className={styles.note}>
          {rows.length > MOST && shown.length === MOST
            ? `The first ${MOST} as the table is sorted; the table has all ${rows.length}.`
            : "Lines without a time yet are in the table alone."}
        </p>
      )}
      <p className={styles.key} aria-hidden="true">
        <span data-is="bar" /> Median
        <span data-is="whisker" /> 90th percentile
      </p>
    </div>
  );
}

interface LineProps {
  row: Row;
  top: number;
  x: (seconds: number) => number;
  width: number;
  open: (row: Row) => void;
}

function Line({ row, top, x, width, open }: LineProps) {
  const median = row.median_seconds ?? 0;
  const p90 = row.p90_seconds ?? median;
  const middle = BAR_AT + BAR / 2;
  const said = `${row.label}: median ${durationOrNone(median)}, 90th percentile ${durationOrNone(p90)}`;
  const leads = row.count === 1 ? "1 lead" : `${row.count} leads`;
  return (
    <g transform={`translate(0 ${top})`}>
      <Tooltip label={`90th percentile ${durationOrNone(p90)}, ${leads}`}>
        <g
          className={styles.line}
          role="button"
          tabIndex={0}
          data-line=""
          aria-label={`${said}, ${leads}. List them.`}
          onClick={() => open(row)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            open(row);
          }}
        >
          <rect className={styles.hit} width={width} height={ROW} rx={6} />
          <Bar className={styles.bar} x={0} y={BAR_AT} width={Math.max(2, x(median))} height={BAR} rx={3} />
          <Group className={styles.whisker}>
            <line x1={x(median)} x2={x(p90)} y1={middle} y2={middle} />
            <line x1={x(p90)} x2={x(p90)} y1={BAR_AT + 2} y2={BAR_AT + BAR - 2} />
          </Group>
        </g>
      </Tooltip>
      <text className={styles.name} x={0} y={15} aria-hidden="true">
        {fitting(row.label, width - 100)}
      </text>
      <text className={styles.time} x={width} y={15} textAnchor="end" aria-hidden="true">
        {durationOrNone(median)}
      </text>
    </g>
  );
}
