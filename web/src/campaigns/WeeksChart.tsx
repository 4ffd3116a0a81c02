import { AxisLeft } from "@visx/axis";
import { scaleBand, scaleLinear } from "@visx/scale";
import { Bar } from "@visx/shape";
import type { CampaignResults } from "../api/schema";
import charts from "../reports/Charts.module.css";
import { useWidth } from "../reports/useWidth";
import { shortDay } from "../reports/weeks";

const HEIGHT = 168;
const [TOP, LEFT, RIGHT, AXIS] = [10, 34, 8, 22];
const LABEL = 52;

/** How many came each week, and of them how many were won. The numbers stand in the table beside it. */
export function WeeksChart({ weeks }: { weeks: CampaignResults["weeks"] }) {
  const { ref, width } = useWidth();
  const most = Math.max(...weeks.map(({ all }) => all), 1);
  const x = scaleBand({ domain: weeks.map(({ from }) => from), range: [LEFT, width - RIGHT], padding: 0.3 });
  const y = scaleLinear({ domain: [0, most], range: [HEIGHT - AXIS, TOP], nice: 3 });
  const ticks = y.ticks(3).filter(Number.isInteger);
  const every = Math.max(1, Math.ceil((weeks.length * LABEL) / Math.max(1, width - LEFT)));
  const thick = Math.min(48, x.bandwidth());
  const bar = (from: string, count: number) => ({
    x: (x(from) ?? 0) + (x.bandwidth() - thick) / 2,
    y: y(count),
    width: thick,
    height: HEIGHT - AXIS - y(count),
  });
  return (
    <div ref={ref} className={charts.drawing} style={{ minHeight: HEIGHT }}>
      {width > 0 && (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label="Leads and sales by the week in which the leads came. The numbers are in the table."
        >
          {ticks.map((at) => (
            <line key={at} x1={LEFT} x2={width} y1={y(at)} y2={y(at)} className={charts.gridline} />
          ))}
          <AxisLeft
            left={LEFT}
            scale={y}
            tickValues={ticks}
            tickFormat={(at) => String(at)}
            hideAxisLine
            hideTicks
            tickLabelProps={() => ({ className: charts.label, textAnchor: "end", dx: -4, dy: 4 })}
          />
          {weeks.map(({ from, all, won }, number) => (
            <g key={from}>
              <Bar className={charts.track} rx={2} {...bar(from, all)} />
              <Bar className={charts.bar} rx={2} {...bar(from, won)} />
              {number % every === 0 && (
                <text
                  className={charts.label}
                  x={(x(from) ?? 0) + x.bandwidth() / 2}
                  y={HEIGHT - 4}
                  textAnchor="middle"
                >
                  {shortDay(from)}
                </text>
              )}
            </g>
          ))}
        </svg>
      )}
      <p className={charts.key} aria-hidden="true">
        <span data-is="track" /> Came <span data-is="bar" /> of them won
      </p>
    </div>
  );
}
