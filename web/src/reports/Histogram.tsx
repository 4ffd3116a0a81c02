import { Tooltip } from "@mantine/core";
import { scaleBand, scaleLinear } from "@visx/scale";
import { Bar } from "@visx/shape";
import type { Part } from "../api/schema";
import styles from "./Charts.module.css";
import { bandInWords, tick } from "./durations";
import { moveFocus } from "./moveFocus";
import type { Band } from "./search";
import { useWidth } from "./useWidth";

const HEIGHT = 168;
const TOP = 20;
const AXIS = 22;
const LABEL = 36;

/** How many leads took how long. Each bar opens its leads; the edges stand below, for the parts are unequal. */
export function Histogram({ parts, open }: { parts: readonly Part[]; open: (band: Band) => void }) {
  const { ref, width } = useWidth();
  const x = scaleBand({ domain: parts.map((_, place) => place), range: [0, width], paddingInner: 0.08 });
  const most = Math.max(1, ...parts.map((part) => part.count));
  const y = scaleLinear({ domain: [0, most], range: [0, HEIGHT - TOP - AXIS] });
  const floor = HEIGHT - AXIS;
  const every = x.step() < LABEL ? 2 : 1;
  const tallness = ({ count }: Part) => (count === 0 ? 0 : Math.max(2, y(count)));
  return (
    <div ref={ref} className={styles.drawing} style={{ minHeight: HEIGHT }}>
      {width > 0 && (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
        <svg
          width={width}
          height={HEIGHT}
          role="group"
          aria-label="How many leads took how long"
          onKeyDown={moveFocus}
        >
          {parts.map((part, place) => {
            const band = { from: part.from_seconds, to: part.to_seconds };
            const words = bandInWords(band);
            const tall = tallness(part);
            const left = x(place) ?? 0;
            const show = () => {
              if (part.count > 0) open(band);
            };
            return (
              <Tooltip key={part.from_seconds} label={words}>
                <g
                  className={styles.line}
                  role={part.count > 0 ? "button" : "img"}
                  tabIndex={part.count > 0 ? 0 : undefined}
                  data-line={part.count > 0 ? "" : undefined}
                  aria-label={`${words}: ${part.count === 1 ? "1 lead" : `${part.count} leads`}${part.count > 0 ? ". List them." : ""}`}
                  onClick={show}
                  onKeyDown={(event) => {
                    if (event.key !== "Enter" && event.key !== " ") return;
                    event.preventDefault();
                    show();
                  }}
                >
                  <rect className={styles.hit} x={left} y={0} width={x.bandwidth()} height={floor} rx={6} />
                  <Bar
                    className={styles.bar}
                    x={left + 2}
                    y={floor - tall}
                    width={Math.max(1, x.bandwidth() - 4)}
                    height={tall}
                    rx={3}
                  />
                </g>
              </Tooltip>
            );
          })}
          {parts.map(
            (part, place) =>
              part.count > 0 && (
                <text
                  key={part.from_seconds}
                  className={styles.time}
                  x={(x(place) ?? 0) + x.bandwidth() / 2}
                  y={floor - tallness(part) - 6}
                  textAnchor="middle"
                  aria-hidden="true"
                >
                  {part.count}
                </text>
              ),
          )}
          <line className={styles.axis} x1={0} x2={width} y1={floor} y2={floor} />
          {parts.map(
            (part, place) =>
              place % every === 0 && (
                <text
                  key={part.from_seconds}
                  className={styles.label}
                  x={place === 0 ? 0 : (x(place) ?? 0) - (x.step() - x.bandwidth()) / 2}
                  y={HEIGHT - 6}
                  textAnchor={place === 0 ? "start" : "middle"}
                  aria-hidden="true"
                >
                  {tick(part.from_seconds)}
                </text>
              ),
          )}
        </svg>
      )}
    </div>
  );
}
