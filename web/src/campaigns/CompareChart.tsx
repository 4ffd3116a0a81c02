import { scaleLinear } from "@visx/scale";
import { Bar } from "@visx/shape";
import type { Campaign } from "../api/schema";
import charts from "../reports/Charts.module.css";
import { fitting } from "../reports/fitting";
import { useWidth } from "../reports/useWidth";
import { areComparable, MEASURES, type Measure } from "./measures";

const ROW = 46;
const BAR = 14;
const BAR_AT = 22;

/** One bar a campaign. The numbers stand at the bars, and in the table. */
export function CompareChart({ campaigns, measure }: { campaigns: readonly Campaign[]; measure: Measure }) {
  const { ref, width } = useWidth();
  const { title, of, told } = MEASURES[measure];
  const most = Math.max(...campaigns.map((campaign) => of(campaign) ?? 0), 1);
  const x = scaleLinear({ domain: [0, most], range: [0, width] });
  const height = campaigns.length * ROW;
  if (!areComparable(campaigns, measure)) {
    return <p>These are counted in different currencies, and cannot be drawn beside one another.</p>;
  }
  const said = campaigns.map((campaign) => `${campaign.name} ${told(campaign)}`).join(", ");
  return (
    <div ref={ref} className={charts.drawing} style={{ minHeight: height }}>
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={`${title}: ${said}.`}>
          {campaigns.map((campaign, place) => (
            <g key={campaign.id} transform={`translate(0 ${place * ROW})`}>
              <rect className={charts.track} y={BAR_AT} width={width} height={BAR} rx={3} opacity={0.35} />
              <Bar
                className={charts.bar}
                y={BAR_AT}
                width={Math.max(of(campaign) ? 2 : 0, x(Math.max(0, of(campaign) ?? 0)))}
                height={BAR}
                rx={3}
              />
              <text className={charts.name} y={15}>
                {fitting(campaign.name, width - 110)}
              </text>
              <text className={charts.time} x={width} y={15} textAnchor="end">
                {told(campaign)}
              </text>
            </g>
          ))}
        </svg>
      )}
    </div>
  );
}
