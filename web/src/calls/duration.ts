/**
 * A length of time as people write it, in seconds: `5:30` (minutes and seconds), `1:05:30`, `5`, `5 min`, `1 h 20 min`,
 * `45 s`. A bare number is minutes. Null for what is none.
 */
export function readDuration(written: string): number | null {
  const text = written.trim().toLowerCase();
  if (text === "") return 0;
  const clock = /^(?:(\d{1,2}):)?(\d{1,4}):([0-5]\d)$/.exec(text);
  if (clock) return Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
  const minutes = /^\d{1,4}(?:[.,]\d+)?$/.exec(text);
  if (minutes) return Math.round(Number(text.replace(",", ".")) * 60);
  const parts =
    /^(?:(\d{1,2})\s*(?:h|hr|hrs|hours?))?\s*(?:(\d{1,4})\s*(?:m|min|mins|minutes?))?\s*(?:(\d{1,5})\s*(?:s|sec|secs|seconds?))?$/.exec(
      text,
    );
  if (!parts) return null;
  return Number(parts[1] ?? 0) * 3600 + Number(parts[2] ?? 0) * 60 + Number(parts[3] ?? 0);
}
