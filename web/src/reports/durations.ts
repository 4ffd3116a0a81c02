import { duration } from "../ui/format";
import type { Band } from "./search";

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((each) => each * MINUTE),
  ...[1, 2, 3, 6, 12].map((each) => each * HOUR),
  ...[1, 2, 5, 10, 20, 30, 60, 90, 180, 365].map((each) => each * DAY),
];

/** Ticks of an axis of seconds from 0 to beyond `most`, at times people say: at most `count` after the first. */
export function ticksFor(most: number, count: number): number[] {
  const step =
    STEPS.find((each) => most <= each * count) ?? Math.ceil(most / count / (365 * DAY)) * 365 * DAY;
  const steps = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: steps + 1 }, (_, place) => place * step);
}

/** A tick in one unit: `0`, `15 min`, `20 d`. */
export function tick(seconds: number): string {
  if (seconds === 0) return "0";
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds < HOUR) return `${round(seconds / MINUTE)} min`;
  if (seconds < DAY) return `${round(seconds / HOUR)} h`;
  return seconds % (365 * DAY) === 0 ? `${seconds / (365 * DAY)} y` : `${round(seconds / DAY)} d`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** A part of a distribution in words: `under 1 h`, `1 d to 3 d`, `365 d or more`. */
export function bandInWords({ from, to }: Band): string {
  if (to === null) return `${tick(from)} or more`;
  return from === 0 ? `under ${tick(to)}` : `${tick(from)} to ${tick(to)}`;
}

/** A duration that may not be there. */
export function durationOrNone(seconds: number | null | undefined): string {
  return seconds === null || seconds === undefined ? "—" : duration(seconds);
}
