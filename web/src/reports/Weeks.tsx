import { AxisLeft } from "@visx/axis";
import { scaleLinear, scalePoint } from "@visx/scale";
import { LinePath } from "@visx/shape";
import type { Week } from "../api/schema";
import styles from "./Charts.module.css";
import { durationOrNone, tick, ticksFor } from "./durations";
import { useWidth } from "./useWidth";
import { shortDay } from "./weeks";

const HEIGHT = 168;
const [TOP, LEFT, RIGHT, AXIS] = [10, 46, 22, 22];
const LABEL = 52;

/** The median week by week. A week without leads leaves a gap. */
export function Weeks({ weeks }: { weeks: readonly Week[] }) {
  const { ref, width } = useWidth();
  const most = Math.max(...weeks.map((week) => week.median_seconds ?? 0), 1);
  const ticks = ticksFor(most, 3);
  const x = scalePoint({ domain: weeks.map((week) => week.from), range: [LEFT + 8, width - RIGHT] });
  const y = scaleLinear({ domain: [0, ticks.at(-1)!], range: [HEIGHT - AXIS, TOP] });
  const every = Math.max(1, Math.ceil((weeks.length * LABEL) / Math.max(1, width - LEFT)));
  const place = (week: Week) => ({ cx: x(week.from) ?? 0, cy: y(week.median_seconds ?? 0) });
  const measured = weeks.filter((week) => week.median_seconds !== null);
  const last = measured.at(-1);
  return (
    <div ref={ref} className={styles.drawing} style={{ minHeight: HEIGHT }}>
      {width > 0 && (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={
            last
              ? `The median week by week, lately ${durationOrNone(last.median_seconds)}. The numbers are in the table.`
              : "There is no week with a time yet."
          }
        >
          {ticks.map((at) => (
            <line key={at} x1={LEFT} x2={width} y1={y(at)} y2={y(at)} className={styles.gridline} />
          ))}
          <AxisLeft
            left={LEFT}
            scale={y}
            tickValues={ticks}
            tickFormat={(at) => tick(Number(at))}
            hideAxisLine
            hideTicks
            tickLabelProps={() => ({ className: styles.label, textAnchor: "end", dx: -4, dy: 4 })}
          />
          {weeks.map(
            (week, number) =>
              number % every === 0 && (
                <text
                  key={week.from}
                  className={styles.label}
                  x={x(week.from)}
                  y={HEIGHT - 4}
                  textAnchor="middle"
                >
                  {shortDay(week.from)}
                </text>
              ),
          )}
          <LinePath
            data={[...weeks]}
            defined={(week) => week.median_seconds !== null}
            x={(week) => place(week).cx}
            y={(week) => place(week).cy}
            className={styles.path}
          />
          {measured.map((week) => (
            <circle key={week.from} r={3.5} className={styles.point} {...place(week)}>
              <title>{`${shortDay(week.from)}: ${durationOrNone(week.median_seconds)}`}</title>
            </circle>
          ))}
        </svg>
      )}
    </div>
  );
}
